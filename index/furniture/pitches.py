"""Pitches: what the page asks of its reader. Subscribe, register, accept, comment, call the newsdesk."""

from __future__ import annotations

import re

from pullquote.index.furniture.labels import entries
from pullquote.index.furniture.lines import REPORTING, Rule, starts_with_any

_PITCH_START = starts_with_any(
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
    r"(?:enjoying|enjoyed|liked?|loved?) (?:reading )?(?:this|our) (?:article|story|piece|column|newsletter|podcast)\?",
    # The meter before a paywall, and the wall.
    r"you(?:.ve| have) (?:now )?(?:read|used|viewed|reached|hit)\b[^.]{0,40}"
    r"\b(?:(?:free|complimentary|monthly) (?:articles?|stories|views|reads|limit)|(?:article|story) limit)\b",
    r"you have (?:\w+) (?:free|complimentary) (?:articles?|stories|reads?) (?:left|remaining)\b",
    r"this is your (?:last|final|\w+) (?:of \w+ )?(?:free|complimentary) (?:article|story|read)\b",
    r"(?:please )?(?:register|log ?in|sign in|create (?:an?|your) (?:free )?account)"
    r"(?:,? (?:now|here|free|for free)|,? or (?:register|log ?in|sign in|subscribe)){0,2}"
    r" to (?:continue(?: reading\b.{0,60})?[.!]?$|keep reading|finish reading|read (?:on|more|the rest)\b|unlock\b)",
    r"download (?:our|the) .{0,40}\bapps?\b",
    r"(?:please )?enable javascript|please (?:turn|switch) on javascript",
    r"click (?:here|below|on the link)\b|tap here\b|check your local forecast here",
    # What a player prints where it cannot play.
    r"(?:sorry, )?your browser (?:does not|doesn.t|can ?not|can.t) (?:currently )?(?:support|play|display)\b.{0,80}$",
    r"(?:sorry, )?this (?:video|audio|clip|content) (?:is not|isn.t|is no longer|can ?not be|can.t be) "
    r"(?:currently )?(?:available|played|supported)(?: (?:in|on) (?:your|this) \w+| right now)?[.!]?$",
    r"to (?:play|view|watch|hear) this (?:video|audio|clip|content),? (?:you need to|please) (?:enable|turn on|accept)",
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

# First words of the pattern above: a set tells most lines apart faster than a pattern.
_OPENINGS = entries("""
    please | sign | subscribe | get | start | begin | stay | keep | support | consider | supporting | thank
    | would | we | if | by | access | unlimited | enjoy | enjoying | enjoyed | like | liked | love | loved
    | already | not | become | we'll | we’ll | this | you | you've | you’ve | register | login | log
    | create | download | enable | click | tap | check | sorry | your | to | video | how | 1 | 2 | just
    | view | leave | post | add | write | what | join | share | do | have | follow | find | read
""")

PITCH_RULES: tuple[Rule, ...] = (
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
            # After a label, a question or another command: "Never miss a sailing. Subscribe to ..."
            r"|^(?:[^.?!:“”\"]{3,100}[?:]|(?:make|get|stay|keep|never|don.t|be|find|discover)\b[^.?!“”\"]{3,100}[.!])"
            r" ?subscribe to [^.?!“”\"]{0,60}\bnewsletter\b"
        ),
    ),
    (
        "subscribe",
        re.compile(
            r"\bto (?:read|continue)[\w ,]{0,40} subscribe\b|subscribe to .{0,40} (?:here|today)\.?$"
            r"|subscribe (?:here|now|today)[.!]?$"
            # "Moved away? Subscribe ..."; but an answer to "Where can I watch it?" may be the article.
            r"|^(?!(?:who|what|where|when|which|why|how|can|do|is|q)\b)[^?.!:“”\"]{3,100}\? (?:why not )?subscribe\b"
        ),
    ),
    (
        "click here",
        re.compile(r"^(?:to|for) [^.]{3,80},? (?:please )?click here\b|click here[.!]?\)?$"),
    ),
    (">>", re.compile(r">>+$")),
    # A call for the readers' own stories. The number of the police, a helpline or a charity is the article.
    (
        "? ",
        re.compile(
            r"^(?:[^?.!“”\"]{3,160}\? ){1,2}(?:please )?"
            r"(?:(?:write to|e-?mail|call|ring|phone|text|whatsapp|message|contact|tell|send|share)\b"
            r"(?=.{0,120}\b(?:newsdesk|news desk|newsroom|news team)\b"
            r"|.{0,60}\b(?:us|our|your (?:story|stories|experiences?|photos?|pictures|views|memories))\b"
            r".{0,80}(?:@|\b\d{3}|\bby e-?mail|\bvia\b|\bbelow\b|\bin the comments))"
            r"|get in touch\b(?=[^.]{0,80}\.?$)).{0,240}$"
        ),
    ),
)


def is_pitch(low: str, opening: str, rules: list[Rule]) -> bool:
    """Return whether the line is a pitch by its beginning, or one of `rules` holds, and it reports nothing.

    `low` is the line in lower case, `opening` its first word.
    """
    pitch = (opening in _OPENINGS and _PITCH_START.match(low.lstrip("("))) or any(
        word in low and rule.search(low) for word, rule in rules
    )
    return bool(pitch) and not REPORTING.search(low)
