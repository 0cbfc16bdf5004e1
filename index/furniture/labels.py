"""The words of page furniture: labels that pages print, sections of newspapers, agencies. All in lower case."""

from __future__ import annotations


def entries(text: str) -> frozenset[str]:
    """Return the entries of a list that is written with bars between them."""
    return frozenset(" ".join(text.split()).split(" | "))


# Lines that are nothing else but this, wherever they stand.
LABELS = entries("""
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
    | share page | share this page | from usa today network and wire reports
""")

# Share targets: furniture beside other furniture only, since "Facebook" may head an item of a list.
WEAK_LABELS = entries("""
    facebook | twitter | x | linkedin | whatsapp | reddit | pinterest | instagram | flipboard | email | e-mail
    | print | sms | telegram | messenger | youtube | tiktok | save | more | close | menu | search | home
    | next | previous | comment | follow | bookmark | google+ | tumblr | about sharing
""")

# Above the headline.
SECTIONS = entries("""
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

# Headings in the block of pitches that ends a page.
SUBSCRIPTION_LABELS = entries("""
    digital access | digital subscription | digital subscriptions | home delivery | print subscription
    | text alerts | news alerts | breaking news alerts | email newsletters | email newsletter | email alerts
    | newsletters | newsletter | our newsletters | e-edition | e-newspaper | e-paper | all access
    | subscriptions | subscription | subscriber services | membership | mobile apps | manage subscription
    | manage your subscription | customer service | mobile alerts | push notifications | our apps
""")

AGENCIES = entries("""
    ap | associated press | the associated press | reuters | afp | agence france-presse | bloomberg | cnn
    | cnn business | usa today | usatoday | usa today sports | usa today network | upi | tass | xinhua | dpa
    | press association | pa media
""")
