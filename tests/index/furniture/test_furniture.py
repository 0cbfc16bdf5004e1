from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pullquote.articles import Article
from pullquote.index.furniture.ranges import furniture_ranges, is_section_label
from pullquote.index.sources import SourceFile, discover, read_articles

PROSE = (
    "The ferry between Varn and Brask sailed on Sunday for the first time since the storm, the port said.",
    "“We carried 412 passengers,” said Mara Lind, who chairs the authority and took office in 2029.",
    "It was a good day for the islands.",
)


def marked(text: str, **metadata) -> list[str]:
    article = Article(text=text, **metadata)
    ranges = furniture_ranges(article)
    return [line for start, end in ranges for line in text[start:end].split("\n") if line.strip()]


def in_article(line: str) -> str:
    """Put a line into the middle of a story, far from its top and its end."""
    story = [f"Paragraph {n} of the story says that the harbour was dredged in the year {1900 + n}." for n in range(24)]
    story.insert(12, line)
    return "\n\n".join(story)


FURNITURE = [
    "  • Share",
    "• Tweet",
    "Share Tweet Email Print",
    "Share on Facebook | Share on Twitter",
    "Read Later",
    "(MORE: Why the Ferry to Brask Was Stopped)",
    "(MORE: Ferries are late again. Why?)",
    "READ MORE: Storm closes three ports",
    "SEE ALSO: The ten best piers.",
    "Related: Harbour dues to rise",
    "More:Harbour dues to rise, says minister's office. Again.",
    "HARBOUR DUES:What the new charges mean for islanders",
    "Who is Mara Lind?:The engineer who rebuilt the port",
    "Photos: The storm in Varn",
    "Watch: Waves break over the pier",
    "Loading more",
    "Advertisement",
    "ADVERTISEMENT",
    "___",
    "* * *",
    "Sign up for our newsletter and never miss a sailing",
    "Subscribe to The Harbour Post today for 3 crowns a week",
    "Get our free weekly newsletter. It has everything about piers.",
    "The best of the coast, straight to your inbox.",
    "Support local journalism. Subscribe now.",
    "We use cookies to make this site better.",
    "By continuing to browse this site you agree to our use of cookies.",
    "Follow Ann Roe on Twitter @annroe",
    "Follow Ann Roe at",
    "Follow us on Facebook",
    "Associated Press writer Bo Lee contributed to this report.",
    "Contributing: Bo Lee, The Associated Press",
    "Additional reporting by Bo Lee",
    "Reach the reporter at ann@harbourpost.example or 555-0100.",
    "Ann Roe covers ports for the Post. Follow her on Twitter @annroe.",
    "© 2031 The Harbour Post",
    "Copyright 2031 The Harbour Post. All rights reserved.",
    "Click here to see the timetable",
    "For more photos of the storm, click here.",
    "View comments",
    "Join the conversation",
    "This story has been updated with additional information.",
    "The post ‘We never slept’, crew told inquiry appeared first on Tarn Weekly.",
    "The post Pier to close for a year, minister says first appeared on The Harbour Post.",
    "You have read 3 of your 5 free articles this month. Register or log in to continue.",
    "You’ve reached your monthly limit of free articles.",
    "You have 2 free articles remaining",
    "This is your last free article this month.",
    "Log in or subscribe to keep reading",
    "© Tarn Press Bureau. Reproduced by permission.",
    "© Agence Maritime",
    "© Ann Roe/The Harbour Post. No reproduction without permission.",
    "Reprinted with permission of The Harbour Post.",
    "With files from the Tarn Press Bureau",
    "From the Tarn Press Bureau and Post staff",
    "This article originally appeared on Tarn.example. It is printed here in full.",
    "Enjoying this article? Subscribe to the Post for 2 crowns a week and read without limits.",
    "Moved away? Subscribe to the Post by mail, 38 crowns a year.",
    "Never miss a sailing. Subscribe to the Timetable newsletter.",
    "[Share this article](https://post.example/share)",
    "[Share](https://post.example/s) | [Print](https://post.example/p)",
    "- [Subscribe to the Post for 2 crowns a week](https://post.example/subscribe)",
    "[More news from the coast](https://post.example/coast)",
    "[Send us a voice note](https://post.example/voice) · [Facebook](https://social.example/post)",
    "[Read more: Harbour dues to rise, and then to rise again, and who will have to pay](https://post.example/1)",
    "Your browser does not support the audio element.",
    "Sorry, your browser can’t play this video.",
    "This video is not available in your country.",
    "To play this video you need to enable JavaScript in your browser.",
    "Have you been affected by the storm? Write to newsdesk@post.example",
    "> Are you stuck in Brask? Call our newsdesk on 555-0142.",
    "Has your sailing been cancelled? Get in touch.",
    "Were you on the ferry? Share your story by email: ann@post.example.",
]


@pytest.mark.parametrize("line", FURNITURE)
def test_furniture_is_marked_wherever_it_stands(line):
    assert marked(in_article(line)) == [line]


REPORTING = [
    *PROSE,
    "Share prices fell by 4 percent.",
    "Facebook",
    "“Sign up for our newsletter,” the banner said, but nobody did.",
    "The newsletter, which has 40,000 subscribers, is delivered on Fridays.",
    "Subscriptions rose by a third after the scandal.",
    "The company said it would deliver groceries to your inbox for 3 crowns.",
    "“More: that is what they want,” Lind said.",
    "More: the council voted 7-2 to close the pier on Friday.",
    "More than 400 people were on board.",
    "Related companies were searched, too.",
    "Watch makers in Brask have struck.",
    "Cookies were sold at the pier.",
    "The site uses cookies baked in Brask, the baker said.",
    "Follow the coast road to Brask, then turn left at the lighthouse.",
    "Copyright law protects the map, a court in Varn ruled.",
    "He contributed to the fund for 12 years.",
    "Video of the storm shows a wave of 9 meters.",
    "Video by a passer-by shows the pier breaking at 9 p.m.",
    "Contributing to the delay were two broken cranes.",
    "Written by a panel of engineers, the report blames the contractor.",
    "Anyone with information is asked to email harbour@police.example.",
    "Home Delivery",
    "Membership",
    "WHEN: Saturday at noon",
    "Best pier: Brask",
    "Score: Varn 3, Brask 1",
    "12:30 p.m.: The ferry leaves",
    "Nation & World",
    "Ann Roe",
    "By Nightfall",
    "CNN",
    "The post office appeared first on the list of buildings to be sold.",
    "The post Mr Lind deleted on Monday appeared first on Facebook.",
    "The post that cost the mayor her office appeared first on a page for dog owners.",
    "“You have read 3 of your 5 free articles,” the screen reads; below it stood the will.",
    "You have read the letters of the drowned; now hear the bell of their ship.",
    "You have free parking at the pier on Sundays.",
    "Register by 1 September to continue to receive the fuel payment.",
    "© Ann Roe/AFP Demonstrators stand on the pier in Varn.",
    "(c) The harbour master may close the pier.",
    "Reproduced with permission, the map shows the harbour in 1901.",
    "From the Harbour Bureau came the sound of horns.",
    "With the Harbour Bank the town had no luck.",
    "This story first appeared in Iceland.",
    "This story was first published in 1813, as a ballad.",
    "How do islanders get the warnings? Subscribe at the town hall, 4 Pier Road.",
    "Where can I watch the race? Subscribe to Sail TV for 9 crowns.",
    "The council voted 7-2. Subscribe to our newsletter for its next meeting.",
    "Islanders who subscribe to the ferry’s alerts heard of it at 6 a.m.",
    "How to subscribe",
    "Enjoying this article of faith, the islanders never locked a door.",
    "[The ruling](https://court.example/2031/14)",
    "[More than 400 people were on board](https://post.example/1)",
    "[Facebook](https://social.example/bans-a-minister)",
    "[Register of ships](https://harbour.example/ships) | [Timetable](https://harbour.example/times)",
    "The council has put [the map](https://brask.example/map) online. [Share](https://post.example/s)",
    "Your browser history may be read by the police under the new law.",
    "This video is not available to the defence, which is why the trial was halted.",
    "This clip can’t be played in court.",
    "Have you seen this man? Call the police on 555-0100.",
    "Are you affected? E-mail the council at help@brask.example.",
    "Who are your heroes? Tell us about them.",
    "Why did nobody act? The newsdesk of the radio station had called twice.",
    "About sharing",
    "By Ann Roe | 18 July 2031",
]


@pytest.mark.parametrize("line", REPORTING)
def test_reporting_is_not_marked(line):
    assert marked(in_article(line)) == []


def test_the_top_of_a_page():
    text = (
        "Nation & World\n\nFerry sails again\n\nBy Ann Roe\nThe Harbour Post\nUpdated May 4, 2031\n"
        "Facebook\nTwitter\n\n" + "\n\n".join(PROSE)
    )
    start = text.index("Ferry")
    found = marked(text, title_in_text=(start, start + 17), outlet="The Harbour Post")
    assert found == text.split("\n\n" + PROSE[0])[0].replace("\n\n", "\n").split("\n")


def test_a_byline_without_by_counts_for_a_known_author_only():
    text = "Ann Roe and Bo Lee\n\n" + "\n\n".join(PROSE)
    assert marked(text) == []
    assert marked(text, authors=("Ann Roe", "Bo Lee")) == ["Ann Roe and Bo Lee"]


@pytest.mark.parametrize(
    ("line", "metadata"), [("Ann Roe", {"authors": ("Ann Roe",)}), ("— AP", {}), ("VARN (Reuters)", {})]
)
def test_an_article_is_signed_in_its_last_six_lines(line, metadata):
    story = [f"Paragraph {n} of the story says that the harbour was dredged in the year {1900 + n}." for n in range(24)]

    def signed(lines_after):
        at = len(story) - lines_after
        return marked("\n\n".join([*story[:at], line, *story[at:]]), **metadata)

    assert [signed(after) for after in (0, 5, 6)] == [[line], [line], []]


def test_the_headline_is_marked_where_it_stands_only():
    text = "Ferry sails again\n\n" + "\n\n".join(PROSE)
    assert marked(text) == []
    assert marked(text, title_in_text=(0, 17)) == ["Ferry sails again"]


def test_a_caption_and_its_repeat():
    caption = "Mara Lind walks along the new pier in Varn on Sunday. It cost 3.2 million crowns."
    text = f"{caption}\n{caption}\n\n{PROSE[0]}"
    assert marked(text) == [caption, caption]
    assert marked(f"{caption}\n\n{PROSE[0]}\n\n{caption}") == [caption]
    # A paragraph printed twice by mistake is kept once.
    assert marked(f"{caption}\n\n{caption}") == [caption]


@pytest.mark.parametrize(
    "caption",
    [
        "Mara Lind on the pier. Picture: The Harbour Post",
        "Waves at Brask. (AP Photo/Bo Lee)",
        "Divers come ashore at Brask.",
        "Mara Lind and her crew on the pier",
    ],
)
def test_a_caption_and_its_repeat_after_a_blank_line(caption):
    text = f"{PROSE[0]}\n\n{caption}\n\n{caption}\n\n{PROSE[1]}"
    assert furniture_ranges(Article(text=text)) == [(text.rindex(caption), text.rindex(caption) + len(caption))]


def test_a_caption_with_its_credit_may_repeat_anywhere():
    caption = "Mara Lind on the pier. Picture: The Harbour Post"
    assert marked(f"{caption}\n\n{PROSE[0]}\n\n{caption}") == [caption]


@pytest.mark.parametrize(
    "lines",
    [
        ["Yes, it was.", "Varn 3", "Varn 3", "Yes, it was."],
        ["4 May in the Custom House of Varn", "4 May in the Custom House of Varn"],
        ["Mara Lind", "Mara Lind"],
        ["“We shall not be moved, not ever.”", "“We shall not be moved, not ever.”"],
        ["Divers come ashore at Brask.", PROSE[0], "Divers come ashore at Brask."],
    ],
)
def test_short_lines_may_repeat(lines):
    assert marked("\n\n".join(lines)) == []


def test_what_stands_below_a_label_or_a_question_may_repeat():
    soup = (
        "Bean soup with smoked eel, a roll with salted butter, one apple, and tea or coffee without sugar for the crew."
    )
    silence = (
        "I have said everything that I had to say of the basin in the meeting of the board, and I won't add to it now."
    )
    days = f"Meals on the dredger\n\nMonday\n\n{soup}\n\nTuesday\n\nFish pie.\n\nWednesday\n\n{soup}"
    assert marked(days) == []
    second = "Who pays for the eleven weeks that it takes to dredge the basin?"
    asked = f"Where will the mud go?\n\n{silence}\n\n{second}\n\n{silence}"
    assert marked(asked) == []
    apart = f"{soup}\n\nThe crew of the dredger eats at noon, and the cook has not missed a day since May.\n\n{soup}"
    assert marked(apart) == [soup]


def test_the_pitches_at_the_end():
    pitches = (
        "Digital Access\n\nDigital Access\nAccess from all your devices, wherever they are.\n\n"
        "Home Delivery\n\nHome Delivery\nTides, sailings and more! All that you need in the morning."
    )
    text = "\n\n".join(PROSE) + "\n\n" + pitches
    assert furniture_ranges(Article(text=text)) == [(text.index("Digital"), len(text))]


def test_a_heading_that_sounds_like_a_pitch():
    text = f"{PROSE[0]}\n\nHome Delivery\n\nThe post brings our bread since 2029, and your milk.\n\n{PROSE[1]}"
    assert marked(text) == []


def test_an_address_further_down_is_an_entry_of_a_guide():
    assert marked(f"Where to stay\n\n{PROSE[0]}\n\nGrand Hotel | grandhotel.example") == []


def test_share_targets_count_beside_a_share_bar():
    assert marked(in_article("Share\nFacebook\nEmail")) == ["Share", "Facebook", "Email"]
    assert marked(in_article("Copy link\n\nAbout sharing")) == ["Copy link", "About sharing"]


def test_the_name_of_a_newsletter_counts_beside_its_pitch():
    pitch = "Sign up for Tides at Eight, our newsletter."
    assert marked(in_article(f"Tides at Eight\n\n{pitch}")) == ["Tides at Eight", pitch]
    assert marked(in_article(f"Home waters\n\n{pitch}")) == [pitch]
    assert marked(in_article("Tides at Eight")) == []
    link = "Related: Harbour dues to rise"
    assert marked(in_article(f"Harbour dues\n\n{link}")) == [link]


def test_lines_end_as_they_do_in_the_file():
    text = "Share\r\n\r\nThe ferry sailed.\rAdvertisement\r"
    assert [text[start:end] for start, end in furniture_ranges(Article(text=text))] == [
        "Share",
        "Advertisement",
    ]


def test_section_labels():
    assert is_section_label("Nation & World")
    assert is_section_label("  POLITICS ")
    assert not is_section_label("Ferry sails again")


HOSTILE_LINES = [
    "By " + "A " * 20_000,
    "a:" * 20_000,
    "A" * 200 + "/",
    "Share " * 70 + "prices",
    "By " + "A.B-" * 100 + "!",
    "By " + "A-B, " * 28 + "2031",
    "© " + "A-B of the " * 40 + "!",
    "From " + "A-B " * 100 + "!",
    "The post " + "A appeared first on " * 20 + ",",
    "[a](b" * 4_000,
    "[a](()" * 4_000 + "![" * 4_000,
    "a? " * 140,
    "Stay " + "a" * 440,
    " | ".join("A" * 70),
]

LINES = st.lists(
    st.one_of(st.sampled_from([*FURNITURE, *REPORTING, "", "Facebook", "Digital Access"]), st.text(max_size=60)),
    max_size=30,
)


@given(LINES, st.sampled_from(["\n", "\r\n", "\n\n"]), st.integers(0, 40), st.integers(1, 40))
def test_ranges_are_sorted_disjoint_and_of_whole_lines(lines, newline, start, length):
    text = newline.join(lines)
    title = (start, start + length) if start + length <= len(text) else None
    article = Article(text=text, title_in_text=title, authors=("Ann Roe",), outlet="AP")
    ranges = furniture_ranges(article)
    previous_end = -1
    for range_start, range_end in ranges:
        assert previous_end < range_start < range_end <= len(text)
        assert range_start == 0 or text[range_start - 1] in "\r\n"
        assert range_end == len(text) or text[range_end] in "\r\n"
        assert text[range_start:range_end].strip()
        previous_end = range_end
    assert ranges == furniture_ranges(replace(article))


@pytest.mark.parametrize("line", HOSTILE_LINES)
def test_a_line_that_almost_fits_many_times_over_is_told_apart(line):
    # Tried in every way, one of these would never end. How time grows is measured: tests/fuzz/growth.py.
    assert marked(f"{line}\n\n{PROSE[0]}") == []
    assert marked(in_article(line)) == []


def test_a_long_share_bar_is_one():
    line = "Share on Facebook " * 24 + "Share"
    assert marked(in_article(line)) == [line]
    assert marked(in_article(line + " prices")) == []


@pytest.mark.data
def test_two_real_pages():
    shared = Path(os.environ.get("PULLQUOTE_SHARED", Path(__file__).parents[4] / "shared"))
    pages = sorted((shared / "seeds").glob("*.txt"))
    if len(pages) != 2:
        pytest.skip(f"needs the two pages of {shared / 'seeds'}; set PULLQUOTE_SHARED to where they are")
    for path, marked_lines, kept_lines in zip(pages, (6, 19), (14, 26), strict=True):
        (source,) = discover([path])
        assert isinstance(source, SourceFile)
        (article,) = read_articles(source)
        assert isinstance(article, Article)
        assert article.title_in_text
        found = marked(article.text, title_in_text=article.title_in_text)
        kept = [line for line in article.text.split("\n") if line.strip() and line not in found]
        assert (len(found), len(kept)) == (marked_lines, kept_lines)
        # What is kept has the length of a sentence; what is marked is a label, a link, a pitch or doubled.
        assert min(map(len, kept)) > 40
        assert all(len(line) < 200 or found.count(line) == 2 for line in found)


@pytest.mark.parametrize(
    "line",
    [
        "By Ines Varga, courts reporter",
        "By Ines Varga | Friday, 22 March 2031",
        "By Ines Varga, 22 March 2031",
        "By Ines Varga and Bo Lee · The Harbour Post · 5 min read",
        "22 March 2031 - By Ines Varga",
        "By Ines Varga Published March 22, 2031",
        "Story by Ines Varga | Photos by Bo Lee | March 22, 2031",
        "The Harbour Post | harbourpost.example",
        "*By [Ines Varga](https://post.example/varga)*",
        "22 March 2031",
        "Fri 22 Mar 2031 10.15 GMT",
        "Saturday, March 22, 2031",
        "Listen (4 min)",
    ],
)
def test_lines_under_the_headline(line):
    text = f"Harbour closes\n\n{line}\n\nThe harbour closed on Friday after a crane fell."
    assert marked(text) == [line]


@pytest.mark.parametrize(
    "line",
    [
        "More from Courts",
        "Next article",
        "The post Harbour closes after crane fall appeared first on Tarn Weekly.",
        "From the Sallow Press Bureau",
    ],
)
def test_lines_after_the_article(line):
    text = f"The harbour closed on Friday after a crane fell.\n\n{line}\n\nIt opens again on Monday."
    assert marked(text) == [line]


@pytest.mark.parametrize(
    "line",
    [
        "By noon, crews had left.",
        "By Friday, 22 March 2031, the pier will be gone.",
        "By sea | By road",
        "Varn | Brask | 22 March 2031",
        "Sunday | 4 sailings",
        "More from the fund will follow, she said.",
        "From the harbour came the sound of horns.",
        "The post office appeared first on the list.",
    ],
)
def test_prose_that_begins_alike_is_kept(line):
    text = f"Harbour closes\n\n{line}\n\nThe harbour closed on Friday after a crane fell."
    assert marked(text) == []
