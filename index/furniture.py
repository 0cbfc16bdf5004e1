"""Page furniture: which lines of an article's text are the page around it, and not the article.

Furniture is marked, never cut, so that offsets stay true. What is marked is never found by a search:
a rule that takes a paragraph of the article for furniture loses answers, one that misses a share bar
costs a little noise. Hence every rule here asks for the shape of furniture (short, a fixed opening,
a fixed place) and backs off from anything that reads like reporting.

The first half of this file is vocabulary, the second the rules.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pullquote.articles import Article


def _words(text: str) -> frozenset[str]:
    return frozenset(" ".join(text.split()).split(" | "))


def _starts_with_any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


# A pitch with its fine print runs to 400 characters; longer lines are paragraphs.
_MAX_PITCH_CHARS = 450
_MAX_UNKNOWN_PITCH_CHARS = 250  # in a block of pitches, for those that no pattern knows
_MAX_LINK_CHARS = 200
_MAX_LABEL_CHARS = 40

# Bylines, outlets and section labels are looked for in so many lines at the top, and sign-offs at the end:
# further in, a name on a line of its own is an entry of a list.
_TOP_LINES = 10
_END_LINES = 6

# A caption is a sentence. Shorter repeated lines are entries of lists (a song nominated twice, a play on two
# evenings), scores and refrains; of lines that touch, 40 characters are enough to tell.
_MIN_REPEATED_CHARS = 80
_MIN_DOUBLED_CHARS = 40

_LINE = re.compile(r"[^\r\n]+")
_EDGES = " \t\u00a0\u200b•·●▪◦‣⁃*|»›▶►→>-–—"
_REPORTING = re.compile(r"\b(?:said|says|told|according to|announced|reported|wrote|added|accused|sued)\b")

# Lines that are nothing else but this, wherever they stand.
_LABELS = _words("""
    share | tweet | pin it | pin | read later | save for later | share this | share this article
    | share this story | share article | share story | copy link | link copied | gift article
    | gift this article | loading | loading more | load more | show more | view more | see more | read more
    | continue reading | keep reading | story continues below | story continues | article continues below
    | article continues below advertisement | advertisement | advertisements | advertising | sponsored
    | sponsored content | paid content | promoted | skip advertisement | skip ad | scroll to continue
    | up next | read next | watch next | just watched | must watch | video ad feedback | ad feedback | replay
    | most read | most popular | most viewed | trending | trending now | trending stories | recommended
    | recommended for you | recommended stories | recommended reading | related | related articles
    | related stories | related content | related topics | related links | related coverage | related news
    | more stories | more news | more headlines | you may like | you may also like | you might also like
    | editors' picks | editor's picks | top stories | back to top | follow us | view comments | comments
    | show comments | hide comments | leave a comment | post a comment | add a comment | no comments
    | join the conversation | comments are closed | log in | sign in | log out | sign up | sign up here
    | subscribe | subscribe now | subscribe today | subscribe & save | register | already a subscriber?
    | not a subscriber? | cookie settings | cookie policy | privacy policy | terms of use | terms of service
    | accept all | accept all cookies | accept cookies | manage cookies | toggle caption | hide caption
    | enlarge this image | view gallery | launch gallery | open gallery | view slideshow | play video
    | watch video | listen | download the app | get the app | print this article | email this article
    | next article | previous article | next story | previous story | more stories | more on this story
    | report a typo | read the full story | read full story | read the full article
    | your browser does not support the video tag. | from usa today network and wire reports
""")

# Share targets: furniture beside other furniture only, since "Facebook" may head an item of a list.
_WEAK_LABELS = _words("""
    facebook | twitter | x | linkedin | whatsapp | reddit | pinterest | instagram | flipboard | email | e-mail
    | print | sms | telegram | messenger | youtube | tiktok | save | more | close | menu | search | home
    | next | previous | comment | follow | bookmark | google+ | tumblr
""")
_SOCIAL = (
    "facebook|twitter|x|linkedin|whatsapp|reddit|pinterest|instagram|flipboard|email|e-mail|print|sms"
    "|telegram|messenger"
)
_SHARE_STARTS = ("share", "tweet", "pin", "save", "copy", *_SOCIAL.split("|"))
_SHARE_BAR = re.compile(
    r"(?=.*\b(?:share|tweet|pin)\b)"
    rf"(?:(?:share|tweet|pin|it|on|via|by|to|this|article|story|link|copy|save|{_SOCIAL}|\d[\d.,]*[km]?)"
    r"(?:[\s|•·/,:]+|$))+"
)

_SECTIONS = _words("""
    nation | world | nation & world | nation and world | nation/world | world news | national | national news
    | local | local news | news | latest news | breaking news | top news | politics | business | money
    | economy | markets | finance | sport | sports | opinion | opinions | editorial | editorials
    | commentary | analysis | columns | lifestyle | life | life & style | living | health | science
    | science & health | technology | tech | environment | climate | travel | food | arts
    | arts & entertainment | entertainment | culture | books | film | movies | tv | music | education
    | weather | crime | courts | crime & courts | obituaries | features | special report | exclusive
    | investigations | international | europe | africa | asia | americas | middle east | u.s. | us news
    | uk news | u.s. news | state | region | metro | community | letters | home | homepage | front page
    | magazine | video | photos
""")

# A label before a colon that announces a link. After it a headline follows, without a full stop.
_LINK_LABEL = (
    "read more|more|more on this|read|read also|read next|also read|see also|see more"
    "|related(?: story| stories| article| articles| coverage| content| video| link| links)?"
    "|watch|watch now|watch live|listen|photos?|photo gallery|gallery|slideshow|videos?|graphic|interactive"
    "|podcasts?|opinion|live updates|live blog|fact check|in case you missed it|icymi|don.t miss|must read"
    "|must-read|recommended|previously|subscribe|newsletter|for subscribers|just for subscribers"
    "|subscriber exclusive|subscribers only|learn more|find out more|further reading|click here"
    "|more coverage|full coverage|latest news|top stories|most read|go deeper"
)
_LABELLED_LINK = re.compile(rf"[(\[]?(?:{_LINK_LABEL})(?:\s(?:from|on|about|in)\s[^:]{{1,40}})?\s?:(?!//)")
# "PORT STRIKE:What happened when": in a link the label and the headline stand without a space.
_GLUED_LINK = re.compile(
    r"[^:.!;]{2,70}[^:.!;\d\s][’'”\")?!]*:"
    r"(?=[^\s\d/:)(@-])(?!www\.)(?=(?:\S+\s+){3})"
)
_PROSE_ENDS = (".", ".”", '."', ".’", ",”", ',"')

_PITCH_START = _starts_with_any(
    r"(?:please )?sign up (?:here|now|today|for|to|with)\b",
    r"(?:please )?subscribe (?:here|now|today|to|for|at)\b",
    r"get (?:our|the|breaking|daily|news|local|email|unlimited|full|digital|cnn|usa|your|all|expert|.?\d)\b"
    r".{0,120}\b(?:newsletters?|inbox|alerts?|digital access|app\b)",
    r"(?:start|begin) (?:your|the) day\b.{0,100}\b(?:newsletter|inbox|briefing)",
    r"(?:stay|keep) (?:connected|informed|up to date|in the know|in the conversation)\b"
    r".{0,160}\b(?:us|our|newsletters?|alerts?|inbox)\b",
    r"support (?:local|quality|strong|our|independent|great|more)\b.{0,40}\bjournalism\b",
    r"(?:consider )?supporting (?:our|local|quality) journalism",
    r"thank you for (?:supporting our|subscribing|reading)\b",
    r"would you like to receive\b",
    r"we will use the (?:details|information) you\b",
    r"if you wish to object\b",
    r"by (?:signing up|submitting|subscribing|clicking|continuing to (?:use|browse))\b.{0,100}\byou\b",
    r"access from all your\b|unlimited (?:digital )?access\b|enjoy unlimited\b",
    r"already (?:a subscriber|have an account)\b|not a subscriber\b|become a (?:subscriber|member)\b",
    r"we.ll (?:deliver|send|email)\b",
    r"start your (?:free )?(?:trial|subscription)\b",
    r"this article is (?:free|for subscribers|exclusive)",
    r"this (?:content|story|article) is (?:only )?(?:available|for) (?:to )?subscribers",
    r"download (?:our|the) .{0,40}\bapps?\b",
    r"(?:please )?enable javascript|please (?:turn|switch) on javascript",
    r"click (?:here|below|on the link)\b|tap here\b|check your local forecast here",
    r"video player was slow to load\b|(?:\d\. )?how relevant is this ad\b",
    r"just watched .*must watch",
    r"view (?:all )?\d* ?comments?\b|(?:leave|post|add|write) a comment\b",
    r"what do you think\? (?:tell|let) us\b|join the (?:conversation|discussion)\b",
    r"share your (?:thoughts|views|opinion)s? (?:in|on|below|with)\b",
    r"(?:do you )?have a (?:news )?tip\b",
    r"follow (?:us|along) on\b|like us on\b|find us on\b|join us on\b",
    r"read (?:more|next|the (?:full|whole|original) (?:story|article))\b"
    r"(?: (?:about|on|from|at|here|in)\b.{0,120}| ?[>»→]*$)",
)

# Credits: who helped, who to write to, who owns it. Facts about the page, not about the news.
_CREDIT_START = _starts_with_any(
    r"(?:contributing|contributors?)\s?:.{0,200}$",
    r"(?:(?:additional )?reporting|edited|editing|written|compiled) by\b[^.]{3,120}$",
    r"(?:special (?:to|for) (?:the )?[^.]{3,40}|from (?:staff|wire) (?:and (?:staff|wire) )?reports)$",
    r"this (?:story|article|post|report|page) (?:has been|was) (?:last )?updated"
    r"(?: with (?:additional|new|more|the latest)\b.{0,60}"
    r"| to (?:add|include) (?:additional|new|more) (?:information|details|developments|reporting|content))?"
    r"\.?$",
    r"this is a (?:developing|breaking)(?: news)? story\b.{0,120}$",
    r"(?:editor.s note: )?(?:a|this) version of this (?:story|article|post|piece) (?:first |originally )?"
    r"(?:appeared|appears|was)\b.{0,250}$",
    r"purchases you make through our links\b|recommendations are independently chosen\b",
    r"prices were accurate at the time\b",
    r"we may earn (?:a|an affiliate) commission\b|if you (?:buy|purchase) .{0,60}commission\b",
    r"(?:our|health|education|this|climate) .{0,80}\b(?:supported|made possible)(?: in part)? by a grant\b",
    r"(?:\(?image|photo|picture|video|cover image) ?(?:credits?|by|courtesy)\b[^.]{0,80}$",
)
_FOLLOW = re.compile(
    r"follow (?:(?:him|her|them|us|me|along|[a-z.’'-]+(?: [a-z.’'-]+){0,6}))?[ ,]*"
    r"(?:(?:on|at|via) (?:x|twitter|facebook|instagram|threads|bluesky|tiktok|social media)\b"
    r"|at$|at @|@\w|on$)"
)

# First words of the three patterns above: a set tells most lines apart faster than a pattern.
_OPENINGS = _words("""
    please | sign | subscribe | get | start | begin | stay | keep | support | consider | supporting | thank
    | would | we | if | by | access | unlimited | enjoy | already | not | become | we'll | we’ll | this
    | download | enable | click | tap | check | video | how | 1 | 2 | just | view | leave | post | add | write
    | what | join | share | do | have | like | find | read | contributing | contributor | contributors
    | reporting | additional | edited | editing | written | compiled | special | from | editor's | editor’s
    | a | purchases | recommendations | prices | our | health | education | climate | image | photo | picture
    | cover | follow
""")

_COPYRIGHT = re.compile(r"(?:©|\(c\)|copyright)\s*(?:©|\(c\))?\s*(?:\d{4}|cnbc\b|(?:by )?the associated press)")
_CONTACT = re.compile(r"(?:contact|reach|e-?mail|write to|call|say hello|send)\b.{0,160}(?:\w@\w|\s@\w)")
_SIGNED_BIO = re.compile(r"\b(?:follow|reach|reached|contact|e-?mail|tweet)\b.{0,120}(?:\w@[\w-]+\.\w+|\s@\w+)[.,;)]*$")
_STAFF = re.compile(
    r"\b(?:reporter|writer|editor|covers?|columnist|correspondent|photographer|journalist|twitter|follow)\b"
)
_APPEAL = re.compile(r"\b(?:anyone|information|asked|advised|volunteers?|donat\w+|register|apply|tickets?)\b")

# (word that must occur, pattern): the word is looked for first, which is ten times faster than the pattern.
_Rule = tuple[str, re.Pattern[str]]
_ANYWHERE: tuple[_Rule, ...] = (
    (
        "contributed to",
        re.compile(r"\bcontributed (?:reporting )?to (?:this|the) (?:report|story|article)\b.{0,120}$"),
    ),
    ("contributed report", re.compile(r"\bcontributed reporting\b.{0,60}$")),
    ("appeared first on", re.compile(r"^the post .{20,250} appeared first on .{2,60}$")),
    ("more ", re.compile(r"^more (?:from|in|on) (?:[\w&’'-]+ ?){1,5}$")),
    (
        "from ",
        re.compile(r"^from (?:the )?(?:[\w&’'-]+ ){1,4}(?:press|bureau|agency|agencies|services?|staff|reports)$"),
    ),
    ("rights reserved", re.compile(r"\ball rights reserved\b")),
    ("may not be published", re.compile(r"^this material may not be published")),
    (
        "cookie",
        re.compile(
            r"^(?:(?:we|this|our|like)\b.{0,80}\bus(?:e|es|ing) (?:\w+ ){0,3}cookies"
            r"|accept.{0,30}cookies|by .{0,60}\buse of (?:\w+ )?cookies)"
        ),
    ),
    ("your inbox", re.compile(r"\b(?:to|in) your inbox\b")),
    (
        "sign up",
        re.compile(r"\bsign up (?:here|now|today|right here|for free)\b.{0,60}$|\?\s?sign up (?:for|to|here)\b"),
    ),
    (
        "newsletter",
        re.compile(
            r"^(?:\(?you can (?:also )?get\b|get .{0,40}newsletter\b"
            r"|the [\w ]{1,30} newsletter provides you\b|.{0,60}:\s?sign up\b)"
        ),
    ),
    (
        "subscribe",
        re.compile(
            r"\bto (?:read|continue)[\w ,]{0,40} subscribe\b|subscribe to .{0,40} (?:here|today)\.?$"
            r"|subscribe (?:here|now|today)[.!]?$"
        ),
    ),
    (
        "click here",
        re.compile(r"^(?:to|for) [^.]{3,80},? (?:please )?click here\b|click here[.!]?\)?$"),
    ),
    ("independently of", re.compile(r"\bcontent is produced independently of\b")),
    (">>", re.compile(r">>+$")),
)

_SUBSCRIPTION_LABELS = _words("""
    digital access | digital subscription | digital subscriptions | home delivery | print subscription
    | text alerts | news alerts | breaking news alerts | email newsletters | email newsletter | email alerts
    | newsletters | newsletter | our newsletters | e-edition | e-newspaper | e-paper | all access
    | subscriptions | subscription | subscriber services | membership | mobile apps | manage subscription
    | manage your subscription | customer service | mobile alerts | push notifications | our apps
""")
_SECOND_PERSON = re.compile(r"\b(?:you|your|you.re|us|our|we|we.ll)\b")

_AGENCIES = _words("""
    ap | associated press | the associated press | reuters | afp | agence france-presse | bloomberg | cnn
    | cnn business | usa today | usatoday | usa today sports | usa today network | upi | tass | xinhua | dpa
    | press association | pa media
""")
_NAME = r"[A-Z][\w.’'-]*"
_BYLINE = re.compile(
    rf"[Bb][Yy]:?\s+{_NAME}"
    rf"(?:(?:\s*[,|/&]\s*|\s+)(?:and|of|for|the|de|da|del|di|la|le|van|von|der|den|al|bin|el|{_NAME}))*"
    # The office after the name: ", courts reporter".
    r"(?:,\s+[a-z][\w’' -]{2,50})?"
)
_AGENCY_ENDS = ("cnn", "cnn business", "ap", "(ap)", "reuters", "(reuters)", "afp", "(afp)")
_DATELINE_ALONE = re.compile(rf"(?:{_NAME},? ){{0,5}}\(?(?:CNN|CNN Business|AP|Reuters|AFP)\)?")
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
_STAMP = re.compile(
    r"(?:first |last )?(?:published|updated|posted)\b.{0,60}\d.{0,30}"
    r"|\d+[ -]min(?:ute)?s? read|listen \(\d+ min(?:ute)?s?\)"
    rf"|(?:[a-z]+day,? )?(?:\d{{1,2}} {_MONTH}|{_MONTH} \d{{1,2}}),? \d{{4}}"
)
_CREDIT_ALONE = re.compile(
    rf"{_NAME}(?: (?:and |for |via )?{_NAME}){{0,5}}\s?/\s?(?:[A-Z][\w.’' -]*/)*"
    r"(?:AP|AFP|Getty Images|Getty|Reuters|Shutterstock|Bloomberg|CNN|USA TODAY(?: Sports| Network)?|EPA"
    r"|PA(?: Images| Wire)?|Alamy|AP Photo|File|Pool|NBC|ABC|CBS|Zuma)(?:/[A-Z][\w. ]*)?"
)


@dataclass(slots=True)
class _Line:
    """One line that isn't blank: `[start, end)` in the text; its words without bullets; these in lower case.

    `low` is empty where the line is too long to be furniture by its wording.
    """

    start: int
    end: int
    words: str
    low: str
    marked: bool = False


def furniture_ranges(article: Article) -> list[tuple[int, int]]:
    """Return the `[start, end)` character ranges of `article.text` that are furniture.

    They are sorted, disjoint, and cover whole lines without the line end of the last one; furniture lines
    with nothing but space between them share a range.
    """
    text = article.text
    lines = _lines(text)
    # Of the words that rules need few occur in an article: looked for once, not line by line.
    lowered = text.lower()
    rules = [rule for rule in _ANYWHERE if rule[0] in lowered]
    for line in lines:
        line.marked = _by_wording(line, rules)
    _mark_top_and_end(lines, article)
    _mark_share_targets(lines)
    _mark_repeated(lines, text)
    _mark_subscription_block(lines)
    return _merged(lines)


def is_section_label(line: str) -> bool:
    """Return whether a line is the name of a newspaper's section, as pages print it above the headline."""
    return line.strip(_EDGES).lower() in _SECTIONS


def _lines(text: str) -> list[_Line]:
    lines = []
    for found in _LINE.finditer(text):
        raw = found[0]
        words = raw.strip(_EDGES)
        if words or not raw.isspace():
            low = words.lower() if len(words) <= _MAX_PITCH_CHARS else ""
            lines.append(_Line(found.start(), found.end(), words, low))
    return lines


def _by_wording(line: _Line, rules: list[_Rule]) -> bool:
    """Return whether the words alone make the line furniture; `rules` are those that may hold anywhere."""
    low = line.low
    if not low:
        return not line.words  # bullets and rules only
    if len(low) <= _MAX_LABEL_CHARS and (low.rstrip(":.") in _LABELS or low in _LABELS):
        return True
    if not any(map(str.isalnum, low)):
        return True
    if low.startswith(_SHARE_STARTS) and _SHARE_BAR.fullmatch(low):
        return True
    opening = low.lstrip("([").split(None, 1)[0].rstrip(":,.") in _OPENINGS
    return _is_link(line) or _is_credit(low, opening) or _is_pitch(low, rules, opening)


def _is_link(line: _Line) -> bool:
    """Return whether the line is a label and the headline of another article."""
    low = line.low
    if len(low) > _MAX_LINK_CHARS or ":" not in low:
        return False
    in_brackets = line.words[0] in "([" and line.words[-1] in ")]"
    ends_as_prose = low.endswith(_PROSE_ENDS)
    if _LABELLED_LINK.match(low):
        return in_brackets or not (ends_as_prose and _reads_as_prose(line.words))
    glued = not line.words[line.words.index(":") + 1 :].startswith(" ")
    return glued and not ends_as_prose and _GLUED_LINK.match(line.words) is not None


def _reads_as_prose(words: str) -> bool:
    """Return whether what follows "More:" is a sentence: "READ MORE" shouts, and links put no space."""
    label, _, rest = words.partition(":")
    return rest.startswith(" ") and not label.isupper()


def _is_credit(low: str, opening: bool) -> bool:
    return bool(
        (opening and _CREDIT_START.match(low))
        or (opening and _FOLLOW.match(low) and not _REPORTING.search(low))
        or (low[0] in "©(c" and _COPYRIGHT.match(low))
        or ("@" in low and (_CONTACT.match(low) or _is_signed_bio(low)) and not _REPORTING.search(low))
    )


def _is_signed_bio(low: str) -> bool:
    """Return whether the line presents one of the paper's own people, not the police or a charity."""
    return bool(_SIGNED_BIO.search(low) and _STAFF.search(low) and not _APPEAL.search(low))


def _is_pitch(low: str, rules: list[_Rule], opening: bool) -> bool:
    pitch = (opening and _PITCH_START.match(low.lstrip("("))) or any(
        word in low and rule.search(low) for word, rule in rules
    )
    return bool(pitch) and not _REPORTING.search(low)


def _mark_top_and_end(lines: list[_Line], article: Article) -> None:
    """Mark headline, section labels, bylines, outlets, time stamps: what only its place makes furniture."""
    names = {name.lower() for name in article.authors}
    names.update(_joined(article.authors))
    outlets = _AGENCIES | ({article.outlet.lower()} if article.outlet else set())
    title = article.title_in_text
    for position, line in enumerate(lines):
        top = position < _TOP_LINES
        if not top and position < len(lines) - _END_LINES:
            continue
        if title and line.start <= title[0] < line.end:
            line.marked = True
        elif len(line.words) > 150 or line.marked:
            continue
        elif title and line.end <= title[0]:
            line.marked = len(line.words) <= _MAX_LABEL_CHARS and line.words[-1] not in '.!?”"'
        else:
            line.marked = _is_label_by_place(line, names, outlets, top=top, first=position == 0)


def _is_label_by_place(
    line: _Line, names: set[str], outlets: frozenset[str] | set[str], *, top: bool, first: bool
) -> bool:
    low = line.low.removeprefix("by ").strip(" ,")
    if low in names or low.strip(" —–-|") in outlets:
        return True
    if first and low in _SECTIONS:
        return True
    if low.endswith(_AGENCY_ENDS) and _DATELINE_ALONE.fullmatch(line.words):
        return True
    if "/" in low and _CREDIT_ALONE.fullmatch(line.words):
        return True
    # "By Nightfall" may be a title in a list of books: bylines count at the top only.
    return top and bool(_BYLINE.fullmatch(line.words) or _STAMP.fullmatch(line.low))


def _joined(authors: tuple[str, ...]) -> set[str]:
    """Return the ways in which a byline of several names is printed."""
    if len(authors) < 2:
        return set()
    low = [name.lower() for name in authors]
    return {
        ", ".join(low),
        " and ".join(low),
        ", ".join(low[:-1]) + " and " + low[-1],
        ", ".join(low[:-1]) + ", and " + low[-1],
    }


def _mark_share_targets(lines: list[_Line]) -> None:
    """Mark runs of "Facebook", "Email", "Print" that touch other furniture, at the top or at the end."""
    position = 0
    while position < len(lines):
        stop = position
        while stop < len(lines) and lines[stop].low in _WEAK_LABELS:
            stop += 1
        if stop > position:
            beside = (position > 0 and lines[position - 1].low in _LABELS) or (
                stop < len(lines) and lines[stop].low in _LABELS
            )
            at_edge = stop - position > 1 and (position < _TOP_LINES or stop == len(lines))
            for line in lines[position:stop]:
                line.marked = line.marked or beside or at_edge
        position = max(stop, position + 1)


def _mark_repeated(lines: list[_Line], text: str) -> None:
    """Mark the second and further copies of a line; both where they touch, as a caption and its repeat do."""
    seen: dict[str, int] = {}
    for position, line in enumerate(lines):
        first = seen.setdefault(line.words, position)
        length = len(line.words)
        if first == position or length < _MIN_DOUBLED_CHARS:
            continue
        doubled = first == position - 1 and _is_one_line_end(text[lines[first].end : line.start])
        if doubled:
            lines[first].marked = True
        if doubled or length >= _MIN_REPEATED_CHARS:
            line.marked = True


def _is_one_line_end(between: str) -> bool:
    return between.strip(" \t") in ("\n", "\r\n", "\r")


def _mark_subscription_block(lines: list[_Line]) -> None:
    """Mark the pitches at the end: from "Digital Access" on, labels and what addresses the reader.

    A heading "Home Delivery" in an article is told apart by what follows it: neither a known pitch nor
    another such label.
    """
    position = 0
    while position < len(lines):
        if lines[position].low not in _SUBSCRIPTION_LABELS:
            position += 1
            continue
        stop = position + 1
        while stop < len(lines) and _belongs_to_block(lines[stop]):
            stop += 1
        beginning = lines[position + 1 : min(stop, position + 3)]
        if any(line.marked or line.low in _SUBSCRIPTION_LABELS for line in beginning):
            for line in lines[position:stop]:
                line.marked = True
        position = stop


def _belongs_to_block(line: _Line) -> bool:
    low = line.low
    if line.marked or low in _SUBSCRIPTION_LABELS:
        return True
    addressed = len(low) <= _MAX_UNKNOWN_PITCH_CHARS and _SECOND_PERSON.search(low)
    return bool(addressed and not _REPORTING.search(low) and line.words[0] not in "“\"'‘")


def _merged(lines: list[_Line]) -> list[tuple[int, int]]:
    ranges: list[tuple[int, int]] = []
    previous_marked = False
    for line in lines:
        if line.marked and previous_marked:
            ranges[-1] = (ranges[-1][0], line.end)
        elif line.marked:
            ranges.append((line.start, line.end))
        previous_marked = line.marked
    return ranges
