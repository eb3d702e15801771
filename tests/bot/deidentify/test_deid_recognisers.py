"""One line per habit of clinicians' writing: what must go, and what must stay."""

import pytest

from bot.deidentify import Deidentifier, Label, Tier

SURE = [
    # names: many cultures, lower case, misspelt, titled, related, joined
    ("sarah cancelled again", "sarah", Label.NAME),
    ("Met Oluwaseun today.", "Oluwaseun", Label.NAME),
    ("Nguyễn Thị Hoa cried.", "Nguyễn Thị Hoa", Label.NAME),
    ("xiuying apologised", "xiuying", Label.NAME),
    ("Krisitna left early.", "Krisitna", Label.NAME),
    ("mrs bianchi keeps bringing cake", "mrs bianchi", Label.NAME),
    ("Dr. Osei advised me to wait.", "Dr. Osei", Label.NAME),
    ("her sister Mei rang", "Mei", Label.NAME),
    ("the O'Neill-Vargas family", "O'Neill-Vargas", Label.NAME),
    ("We saw Jean-Baptiste.", "Jean-Baptiste", Label.NAME),
    ("Then van der Berg left.", "van der Berg", Label.NAME),
    ("He said his name is Zorblat.", "Zorblat", Label.NAME),
    ("Big Dave knows", "Big Dave", Label.NAME),
    # names that are words
    ("Grace said she may stop.", "Grace", Label.NAME),
    ("his teacher Mark helped", "Mark", Label.NAME),
    ("Hope cried today.", "Hope", Label.NAME),
    ("May told me off", "May", Label.NAME),
    ("I told june to rest", "june", Label.NAME),
    # theorists' names that are clients' names
    ("my client Beck was late", "Beck", Label.NAME),
    ("Rogers cancelled, the client not the theorist", "Rogers", Label.NAME),
    # names as notes have them
    ("gethins nan rang", "gethins", Label.NAME),
    ("Faith's husband came", "Faith", Label.NAME),
    ("Will bores me", "Will", Label.NAME),
    ("it's katarzyna not kat", "kat", Label.NAME),
    # initials
    ("Then Spud came up, somehow", "Spud", Label.NAME),
    ("JT late again", "JT", Label.NAME),
    ("AB & CD bicker", "CD", Label.NAME),
    ("A and I disagree", "A", Label.NAME),
    ("k late again", "k", Label.NAME),
    ("Re H: more of the same", "H", Label.NAME),
    # ages over 89, and younger ones as notes have them
    ("a nonagenarian came", "nonagenarian", Label.AGE_OVER_89),
    ("saw a 96-yr-old", "96-yr-old", Label.AGE_OVER_89),
    ("F23, anxious", "23", Label.AGE),
    ("session w/ J. today", "J.", Label.NAME),
    ("client R thinks so", "R", Label.NAME),
    ("JM said no", "JM", Label.NAME),
    ("tj missed again", "tj", Label.NAME),
    # numbers and codes
    ("MRN 00482913 is hers", "00482913", Label.ID_NUMBER),
    ("ssn 078-05-1120 on the form", "078-05-1120", Label.ID_NUMBER),
    ("NHS number 943 476 5919 leaked", "943 476 5919", Label.ID_NUMBER),
    ("policy no AX7734-01 lapsed", "AX7734-01", Label.ID_NUMBER),
    ("card 4111 1111 1111 1111 dictated", "4111 1111 1111 1111", Label.ID_NUMBER),
    ("call 07700 900123 back", "07700 900123", Label.PHONE),
    ("AU mobile 0412 345 678 rang", "0412 345 678", Label.PHONE),
    ("from (415) 555-0182 at noon", "(415) 555-0182", Label.PHONE),
    ("reg KX19 ZLP outside", "KX19 ZLP", Label.PLATE),
    ("plate 7TRX418 followed me", "7TRX418", Label.PLATE),
    ("her IP 192.168.4.21 showed", "192.168.4.21", Label.IP),
    # chat
    ("ask <@U012ABCDEF> about it", "<@U012ABCDEF>", Label.HANDLE),
    ("see <https://a.example/x|Amara>", "<https://a.example/x|Amara>", Label.URL),
    ("at <mailto:a@b.example|a@b.example> ok", "<mailto:a@b.example|a@b.example>", Label.EMAIL),
    ("write lost.boy_88@mail.example now", "lost.boy_88@mail.example", Label.EMAIL),
    ("insta is @moonchild.xo apparently", "@moonchild.xo", Label.HANDLE),
    ("snapchat: kiki.loves.cats", "kiki.loves.cats", Label.HANDLE),
    ("at www.sadcarpenter.example/blog today", "www.sadcarpenter.example/blog", Label.URL),
    # dates
    ("on the 22nd of November again", "the 22nd of November", Label.DATE),
    ("dob 12/03/1987 on file", "12/03/1987", Label.DATE),
    ("seen 2024-05-17 first", "2024-05-17", Label.DATE),
    ("her dad died in Oct 2009", "Oct 2009", Label.DATE),
    ("Tuesday the 4th was odd", "Tuesday the 4th", Label.DATE),
    # places, organisations, addresses
    ("lives in Tel Aviv now", "Tel Aviv", Label.LOCATION),
    ("moved to ludlow", "ludlow", Label.LOCATION),
    ("from Riverside Family Clinic", "Riverside Family Clinic", Label.ORG),
    ("at st mary's hospital again", "st mary's hospital", Label.ORG),
    ("he is at University of Leeds", "University of Leeds", Label.ORG),
    ("lives at 14 Acacia Avenue", "14 Acacia Avenue", Label.ADDRESS),
]

ASKED = [
    ("the deputy mayor told me", "deputy mayor", Label.OCCUPATION),
    ("she is the only organist in town", "only organist", Label.RARE),
    ("he survived the ferry disaster", "survived the ferry disaster", Label.RARE),
    ("she won the lottery twice", "won the lottery", Label.RARE),
    ("retired lock keeper, laughs", "lock keeper", Label.OCCUPATION),
]

LEFT_ALONE = [
    "Will I ever learn to sit with silence? By May I want goals.",
    "Grace under pressure is not my strong suit. Mark my words.",
    "Hope is what she wants. There was no joy in it. Patience is a virtue.",
    "Rogers would stay with it. Beck's triad. Yalom and Winnicott agree.",
    "As Miller and Rollnick put it, roll with it. Carl Rogers again.",
    "CBT, DBT, ACT and EMDR. PHQ-9 from 19 to 8, GAD-7 up, WAI-SR 48.",
    "On Zoloft 50 mg since Monday. A Socratic question. Christian guilt.",
    "He rated it 9/10 after 20 minutes at 3:15 pm, 24/7 on edge.",
    "She gave me a rose. I am the fourth therapist since 2019.",
    "definately stuck, didnt say it, tbh i thnik i colluded lol",
    "Session 12 of 20, homework x 3, DNA x2, room 101.",
    "The only thing that helped. The first session. The best judge of that.",
    "Reading Benjamin. Young's schema modes. Mearns & Thorne on depth.",
    "I don't know. We can't. It isn't. She's late, they're fine.",
]


@pytest.mark.parametrize(("text", "words", "label"), SURE)
def test_redacts(deidentifier: Deidentifier, text: str, words: str, label: Label) -> None:
    found = [(text[f.start : f.end], f.label) for f in deidentifier.review(text).redacted]
    assert (words, label) in found


@pytest.mark.parametrize(("text", "words", "label"), ASKED)
def test_asks(deidentifier: Deidentifier, text: str, words: str, label: Label) -> None:
    findings = deidentifier.review(text).to_check
    assert any(words in text[f.start : f.end] and f.label is label for f in findings)
    assert all(f.tier is Tier.ASK for f in findings)


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_leaves_alone(deidentifier: Deidentifier, text: str) -> None:
    assert deidentifier.review(text).findings == ()


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.replace("'", "’"),  # curly quotes are the point
        lambda t: t + " 😀",
        "\u200b".join,
        lambda t: t.replace(". ", "."),
        str.upper,
        str.lower,
    ],
    ids=["curly", "emoji", "zero width", "no blanks", "upper", "lower"],
)
def test_disguises_do_not_help(deidentifier: Deidentifier, change: object) -> None:
    assert callable(change)
    text = change("Saw Amara's mum. Tomasz rang from 07700 900123. Ngozi cried.")
    review = deidentifier.review(text)
    for name in ("amara", "tomasz", "ngozi", "900123"):
        assert name not in review.text.lower().replace("\u200b", "")
