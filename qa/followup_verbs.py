"""Verbs of the news: telling them from other words, and their base form, past and gerund."""

from __future__ import annotations

from pullquote.qa.followup_words import listed

# base past participle; a form that only one verb has leads back to its base.
_IRREGULAR = """
be was been|beat beat beaten|become became become|begin began begun|bet bet bet|blow blew blown
break broke broken|bring brought brought|build built built|burn burnt burnt|buy bought bought
catch caught caught|choose chose chosen|come came come|cost cost cost|cut cut cut|bear bore borne|bend bent bent
bind bound bound|bite bit bitten|bleed bled bled|burst burst burst|cast cast cast|dig dug dug
forgive forgave forgiven|freeze froze frozen|light lit lit|show showed shown|slide slid slid|spill spilt spilt
spin spun spun|split split split|sweep swept swept|swing swung swung|upset upset upset|deal dealt dealt
do did done|draw drew drawn|drink drank drunk|drive drove driven|eat ate eaten|fall fell fallen|feed fed fed
feel felt felt|fight fought fought|find found found|flee fled fled|fly flew flown|forbid forbade forbidden
forget forgot forgotten|get got got|give gave given|go went gone|grow grew grown|hang hung hung|have had had
hear heard heard|hide hid hidden|hit hit hit|hold held held|hurt hurt hurt|keep kept kept|know knew known
lead led led|learn learnt learnt|leave left left|lend lent lent|let let let|lie lay lain|lose lost lost
make made made|mean meant meant|meet met met|overcome overcame overcome|pay paid paid|put put put|quit quit quit
read read read|ride rode ridden|ring rang rung|rise rose risen|run ran run|say said said|see saw seen
seek sought sought|sell sold sold|send sent sent|set set set|shake shook shaken|shoot shot shot|shut shut shut
sing sang sung|sink sank sunk|sit sat sat|sleep slept slept|speak spoke spoken|spend spent spent
spread spread spread|stand stood stood|steal stole stolen|stick stuck stuck|strike struck struck
swear swore sworn|swim swam swum|take took taken|teach taught taught|tear tore torn|tell told told
think thought thought|throw threw thrown|understand understood understood|undergo underwent undergone
wake woke woken|wear wore worn|win won won|withdraw withdrew withdrawn|write wrote written
"""

_REGULAR = """
    abandon absorb accelerate accept accompany accuse achieve acquire act add address admit adopt affect agree
    allow announce answer apologise apologize appeal appear apply appoint appreciate approach approve argue arrest
    arrive ask attack attend attract avoid award back ban base believe belong besiege benefit blame block blockade
    boast borrow call campaign cancel capture celebrate carry cause chair challenge change charge claim clear
    close collapse combine collect comment commit compare complain complete concede conclude condemn conduct
    confess confirm consider contain continue contribute control convict cope copy count cover crack crash create
    cure criticise criticize cross damage dare decide declare decline decorate dedicate defeat defend delay
    deliver demand deny depart depend describe deserve design destroy detain determine develop die disappear
    discover dismiss divide donate double drop drown earn ease edit elect employ enable encourage end endorse
    enforce enjoy enter escape establish estimate examine expect explain explode explore expose express extend
    face fail fear fetch file finance find fine finish fire flood follow force form found fund gain gather
    generate graduate grant greet guarantee guard handle happen harm head help hire host house identify improve
    include increase indict inform injure insist inspect insure intend introduce invade invent invest investigate
    invite involve issue join joke judge kick kill lack land last launch leak limit list live load locate lock
    look love manage mark marry measure mediate merge mention miss move murder name need negotiate nominate note
    notice oblige obtain occupy occur offer open operate oppose order organise organize oversee owe own paint park
    pass perform pick plan plant play plead please praise predict prefer prepare present prevent produce promise
    prompt promote propose protect protest prove provide publish pull punish push qualify question race rain raise
    rank reach react receive recognise recognize recommend record recover reduce refer refuse regain regret reject
    release remain remark remember remove rename renew reopen repair repay repeat replace reply report represent
    request require rescue reside resign resolve respond rest restore result retire return reveal review risk rob
    rule sack sail salvage save score search seem select seize serve settle share shelter shift sign smell smuggle
    sort spark speculate sponsor sprain stage start state stay stop store stress study submit succeed sue suffer
    suggest suppose supply support suspect survive suspend tackle talk taste target test thank threaten tie tip
    total tour trace train transfer travel treat try turn unite unveil update urge use value veto view violate
    visit vote wait walk want warn wash waste watch welcome withhold wonder work worry wound
    """

# Forms that are at least as often nouns or adjectives: verbs only where the sentence wants one.
_OFTEN_NOUNS = listed("""
    appeal appeals approach approaches campaign campaigns cure cures ease harm kick load loads lock locks rain
    rank ranks select spark taste update updates urge veto view views waste guarantee guarantees combine crack
    cracks influence act acts bear light lights split splits upset cast address addresses answer answers attack
    attacks award awards back ban bans base benefit benefits bet bets block blockade blockades blow break call
    calls cause causes chair chairs challenge change changes charge charges claim claims clear close comment
    comments control controls cost costs count counts cover crash cross cut cuts damage deal deals delay delays
    demand demands design drink drop draw drive end ends estimate estimates face faces fear fears feed feeling
    file files finance find finds fight fights fine fines finish fire fires fall flood floods force forces form
    forms fund funds gain gains grant grants guard guards hit hits head heads hire hold host house houses increase
    increases issue issues judge judges joke jokes land last launch lead leak leaks lie lies limit limits list
    lists look lot mark marks match mention miss move moves murder murders name names need needs note notes notice
    notices offer offers open order orders paint park parks pass pay pick plan plans plant plants play plays
    present promise promises protest protests pull push question questions race races read record records release
    repair repairs reply report reports request rescue rest result results return returns review reviews ride rise
    rises risk risks rule rules run runs sack sail saving score search set shares share shelter shift show shows
    shot sign signs sink sort spread stage stand start state states stay stick stop store stores stress strike
    strikes study supply support suspect suspects talk talks target test tests tie tip tour trace train trains
    transfer travel treat turn turns use value values visit visits vote votes wait walk warning watch welcome win
    wins work works worry wound wounds meeting building painting opening drawing hearing ruling shooting beginning
    spending earnings savings fishing funding training evening morning living
    """)
_NO_VERBS_IN_ED = listed("hundred indeed shed speed need breed seed feed weed red bed greed unprecedented")
_NO_VERBS_IN_ING = listed("""
    king ring thing spring string wing sling nothing something anything everything during evening morning ceiling
    herring wedding clothing housing sibling pudding darling
    """)
_VOWELS = "aeiou"
_SHORTEST_ED = 5  # "asked", "armed"; shorter ones are listed


def _doubles(base: str) -> bool:
    """Return whether the last consonant doubles: "stop" to "stopped"; two syllables do only where listed."""
    if base in {"admit", "commit", "refer", "prefer", "occur", "transfer", "forget", "begin", "regain regret", "quit"}:
        return True
    syllables = sum(letter in _VOWELS and not (at and base[at - 1] in _VOWELS) for at, letter in enumerate(base))
    return (
        syllables == 1
        and len(base) > 2
        and base[-1] not in _VOWELS + "wxy"
        and base[-2] in _VOWELS
        and base[-3] not in _VOWELS
    )


def third_person(base: str) -> str:
    """Return "goes" of "go"."""
    if base in {"have", "be"}:
        return {"have": "has", "be": "is"}[base]
    if base.endswith(("s", "x", "z", "ch", "sh", "o")):
        return base + "es"
    return base[:-1] + "ies" if base.endswith("y") and base[-2] not in _VOWELS else base + "s"


def past(base: str) -> str:
    """Return "found" of "find", "stopped" of "stop"."""
    if base in _PASTS:
        return _PASTS[base]
    if base.endswith("e"):
        return base + "d"
    if base.endswith("y") and base[-2] not in _VOWELS:
        return base[:-1] + "ied"
    return (base + base[-1] if _doubles(base) else base) + "ed"


def gerund(base: str) -> str:
    """Return "making" of "make"."""
    if base in {"lie", "die", "tie"}:
        return base[:-2] + "ying"
    if base.endswith("e") and not base.endswith(("ee", "oe", "ye")) and base != "be":
        return base[:-1] + "ing"
    return (base + base[-1] if _doubles(base) else base) + "ing"


def base_of(form: str) -> str | None:
    """Return "find" of "finds" or "found", or None for a word that is not known as a verb."""
    return _BASES.get(form.lower())


def is_verb(word: str) -> bool:
    """Return whether a word is a verb's form first of all, "found" or "announced", not "vote" or "report"."""
    lower = word.lower()
    if lower in _OFTEN_NOUNS:
        return False
    return lower in _BASES or is_participle(lower)


def may_be_verb(word: str) -> bool:
    """Return whether a word can be a verb's form."""
    return is_verb(word) or word.lower() in _BASES


def is_participle(word: str) -> bool:
    """Return whether a word looks like a participle: "announced", "stolen", "waiting"."""
    lower = word.lower()
    if "-" in lower:
        return False
    return (
        lower in _PARTICIPLES
        or (lower.endswith("ed") and len(lower) >= _SHORTEST_ED and lower not in _NO_VERBS_IN_ED)
        or (lower.endswith("ing") and len(lower) > _SHORTEST_ED and lower not in _NO_VERBS_IN_ING | _OFTEN_NOUNS)
    )


_ROWS = [row.split() for line in _IRREGULAR.split("\n") for row in line.split("|") if row.strip()]
_PASTS = {base: past_form for base, past_form, _ in _ROWS}
_PARTICIPLES = frozenset(participle for _, _, participle in _ROWS)
_BASES: dict[str, str] = {}
for _base in (*(row[0] for row in _ROWS), *_REGULAR.split()):
    _forms = [_base, third_person(_base), gerund(_base), past(_base)]
    for _form in _forms:
        _BASES.setdefault(_form, _base)
for _base, _, _participle in _ROWS:
    _BASES.setdefault(_participle, _base)
