"""The words by which `pullquote.eval.metrics.parts` tells a part from another thing, each list for one of its rules."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Small words within names.
PARTICLES = _words(
    """
    de la le du da di del della der den van von ter al el bin ibn bint ben y dos das
    """
)
# After a surname.
SUFFIXES = _words(
    """
    jr sr ii iii iv
    """
)
# A head ends before these; after "to" a range may go on, after "than" a comparison.
CUTTING = _words(
    """
    of in at on for from with by near during since after before under over across against among outside inside
    who which that where when because as
    """
)
# These make another thing of what follows them.
CHANGING = _words(
    """
    not no non never anti ex former fake false toy mock pseudo without neither nor or and but than more less
    fewer most least half nearly almost only just over under above below up to vice deputy assistant acting bird
    avian swine un pro near if like unlike instead per versus vs v plus minus times
    """
) | (CUTTING - {"of"})
# Of those, what may stand before somebody's office.
BEFORE_OFFICE = _words(
    """
    and former vice deputy acting ex of
    """
)
# What somebody is, before a name.
PERSONS = _words(
    """
    mr mrs ms miss dr prof professor sir dame rev reverend president vice-president senator sen rep
    representative congressman congresswoman gov governor mayor minister premier secretary chancellor ambassador
    speaker judge justice general gen colonel captain sergeant king queen prince princess pope duke duchess lord
    lady baroness archbishop bishop cardinal saint ceo cfo chief boss founder co-founder cofounder owner chair
    chairman chairwoman leader entrepreneur billionaire tycoon star singer rapper musician actor actress
    comedian director author writer novelist poet artist host presenter broadcaster journalist anchor player
    coach manager quarterback striker champion candidate nominee rival mp msp lawmaker legend superstar icon
    athlete tennis golfer boxer scientist lawyer attorney prosecutor son daughter wife husband brother sister
    mother father friend
    """
)
# What something is, before a name.
THINGS = _words(
    """
    lake mount mt river cape hurricane cyclone typhoon storm film movie album song book novel show series drama
    sitcom musical play app platform network company firm group brand retailer automaker carmaker airline giant
    startup newspaper magazine bank club team side downtown suburban city town village state county province
    island country nation capital drug vaccine virus planet asteroid spacecraft rocket satellite mission operation
    """
)
# Not what somebody is, though these end as such words do.
NO_OFFICES = _words(
    """
    other another later earlier either whether ever however together rather further for
    """
)
# What something is, after its name, in small letters.
KINDS = _words(
    """
    government regime group alliance company firm app platform network party team club side squad militants
    fighters officials authorities league newspaper magazine brand chain airline virus disease vaccine outbreak
    movie film show series album song island state county province river lake airport festival championship
    tournament election movement family residents voters campaign service website site seeds plants trees
    bars cars trucks phones products devices stores games jets planes
    """
)
KINDS_IN_CAPITALS = _words("Airlines Airways Company Group Party Government Festival Colony Theatres Theaters Cinemas")
# What something is, after any noun: "leisure and hospitality sector".
KINDS_OF_NOUNS = _words("program programme scheme sector industry")
# A person's name doesn't begin with these.
NOT_FIRST = _words(
    """
    new north south east west northern southern eastern western central los las san santa st saint hong united
    puerto costa el rhode long sri abu great greater national general royal world international federal house
    supreme super grand lake mount port fort cape bank university department ministry my our your his her their
    """
)
# A person's name doesn't end with these.
NOT_LAST = _words(
    """
    united city town county country state states island islands lake river sea ocean bay beach park street road
    square bridge airport station university college school hospital museum library court house bank company
    group party council committee association union league cup trophy open prize award awards day week month
    year marathon festival games show news times post press world service services office department ministry
    agency authority bureau commission administration force forces police navy army airlines airways motors oil
    energy gas water power war peace act law bill deal treaty test tests space center centre institute
    foundation society church cathedral castle palace tower hall theatre theater stadium arena hotel restaurant
    diner cafe store market mall area valley hills mountain mountains canyon desert forest reef coast ridge
    district region kingdom republic arabia korea zealand york angeles francisco diego antonio vegas orleans
    carolina dakota mexico jersey hampshire virginia africa america asia europe project network air channel way
    one two three man men woman women boys girls kids people
    monday tuesday wednesday thursday friday saturday sunday january february march april june july august september
    october november december
    """
)
# Part of the number before them.
SCALES = _words(
    """
    hundred thousand million billion trillion dozen
    """
)
# Numbers in words.
NUMBERS = (
    _words(
        """
    one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety
    """
    )
    | SCALES
)
# After a number, these make another one of it.
OF_NUMBERS = (
    _words(
        """
    percent percentage point points per
    """
    )
    | SCALES
)
