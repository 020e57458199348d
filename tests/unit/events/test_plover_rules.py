"""The rules of the PLOVER manual that coders get wrong, each with an invented sentence."""

from __future__ import annotations

import pytest

from tests.unit.events.reading import read, told

CASES = [
    ("a future visit is AGREE", "ur", "کویتی وزیراعظم اگلے ہفتے اردن کا دورہ کریں گے۔", ["AGREE KWT>JOR future"]),
    ("a future visit is AGREE", "hi", "कुवैत के प्रधानमंत्री अगले हफ्ते जॉर्डन का दौरा करेंगे।", ["AGREE KWT>JOR future"]),
    ("an invitation is AGREE", "ur", "ملائیشیا نے انڈونیشیا کے صدر کو دورے کی دعوت دی۔", ["AGREE MYS>IDN"]),
    ("future help is AGREE", "hi", "जापानी विदेश मंत्री ने कहा कि हम नेपाल को मदद देंगे।", ["AGREE JPN>NPL future"]),
    ("signing is SUPPORT", "ur", "عراق اور اردن نے معاہدے پر دستخط کیے۔", ["SUPPORT IRQ+JOR>-"]),
    ("praise is SUPPORT", "hi", "नेपाल ने जापान की प्रशंसा की।", ["SUPPORT NPL>JPN"]),
    ("recognition is SUPPORT", "ur", "ناروے نے فلسطین کو تسلیم کر لیا۔", ["SUPPORT NOR>PSE"]),
    ("a promise is AGREE", "ur", "جاپان نے نیپال کو امداد کا وعدہ کیا۔", ["AGREE JPN>NPL"]),
    ("a plain statement is no event", "ur", "کینیا کے صدر نے کہا کہ ان کی معیشت مضبوط ہے۔", []),
    ("a plain statement is no event", "hi", "केन्या के राष्ट्रपति ने कहा कि अर्थव्यवस्था मजबूत है।", []),
    ("parties that meet are all actors", "ur", "عراقی صدر نے شامی صدر سے ملاقات کی۔", ["CONSULT IRQ+SYR>-"]),
    (
        "the visitor is actor, the host recipient",
        "hi",
        "कीनिया के राष्ट्रपति ने युगांडा का दौरा किया।",
        ["CONSULT/visit KEN>UGA"],
    ),
    (
        "the guest is actor though the host is subject",
        "ur",
        "عمانی سلطان نے کویتی امیر کا استقبال کیا۔",
        ["CONSULT/visit KWT>OMN"],
    ),
    ("a summoned ambassador is ACCUSE", "ur", "فرانس نے ترک سفیر کو طلب کر لیا۔", ["ACCUSE/disapprove FRA>TUR"]),
    ("a diplomatic protest is ACCUSE", "hi", "भारत ने चीनी राजदूत से विरोध दर्ज कराया।", ["ACCUSE/disapprove IND>CHN"]),
    ("a cancelled visit is REJECT", "ur", "ترک صدر نے یونان کا دورہ منسوخ کر دیا۔", ["REJECT/meet TUR>GRC"]),
    ("expelled diplomats are SANCTION", "hi", "चेक गणराज्य ने रूसी राजनयिकों को निष्कासित किया।", ["SANCTION/expel CZE>RUS"]),
    ("expelled persons are COERCE", "ur", "ایران نے افغان مہاجرین کو ملک بدر کر دیا۔", ["COERCE/deport IRN>AFG"]),
    ("an announced ceasefire is CONCEDE", "ur", "آذربائیجان نے جنگ بندی کا اعلان کیا۔", ["CONCEDE AZE>-"]),
    ("an apology is CONCEDE", "hi", "पोलैंड ने यूक्रेन से माफी मांगी।", ["CONCEDE POL>UKR"]),
    ("released people are RETREAT", "ur", "بیلاروس نے دو پولش صحافیوں کو رہا کر دیا۔", ["RETREAT/release BLR>POL"]),
    ("a joint exercise is COOPERATE", "hi", "भारत और मिस्र का संयुक्त सैन्य अभ्यास शुरू हुआ।", ["COOPERATE EGY+IND>-"]),
    ("a missile test is MOBILIZE", "hi", "ईरान ने मिसाइल का परीक्षण किया।", ["MOBILIZE/weapons IRN>-"]),
    ("talk to the press is no CONSULT", "ur", "اردن کے وزیر خارجہ نے میڈیا سے گفتگو کی۔", []),
    ("talk to the press is no CONSULT", "hi", "जॉर्डन के विदेश मंत्री ने मीडिया से बातचीत की।", []),
    ("approval of talks is no talks", "ur", "عراق نے شام کے ساتھ مذاکرات کرنے کی منظوری دی۔", []),
    ("a need of talks is no talks", "hi", "इराक और सीरिया के बीच बातचीत की आवश्यकता है।", []),
    ("a negated attack is none", "ur", "ایران نے عراق پر حملہ نہیں کیا۔", []),
    ("a conditional attack is none", "hi", "अगर ईरान ने इराक पर हमला किया तो हम बात नहीं करेंगे।", []),
]


@pytest.mark.parametrize(("rule", "code", "text", "events"), CASES, ids=lambda v: v if isinstance(v, str) else "")
def test_a_rule_of_the_manual_holds(rule: str, code: str, text: str, events: list[str]) -> None:
    assert told(code, text) == events, rule


def test_separate_meetings_are_separate_records() -> None:
    text = "چینی وزیر خارجہ نے اطالوی صدر، اطالوی وزیراعظم اور اطالوی وزیر خارجہ سے الگ الگ ملاقات کی۔"
    mentions = read("ur", text)
    assert [{a.office for a in (*m.actors, *m.recipients)} for m in mentions] == [
        {"foreign minister", "president"},
        {"foreign minister", "prime minister"},
        {"foreign minister"},
    ]


def test_repeats_of_one_event_are_one_mention_with_more_evidence() -> None:
    text = "روس اور چین کے درمیان مذاکرات ہوئے۔ روس اور چین نے بات چیت کی۔"
    mentions = read("ur", text)
    assert len(mentions) == 1
    assert len(mentions[0].evidence) == 2


def test_both_sides_are_the_two_named_before() -> None:
    text = "भारत और मिस्र के बीच वार्ता हुई। दोनों देशों ने व्यापार बढ़ाने पर सहमति जताई।"
    assert told("hi", text) == ["AGREE EGY+IND>-", "CONSULT EGY+IND>-"]


def test_both_sides_without_two_sides_give_nothing() -> None:
    assert told("hi", "दोनों देशों ने व्यापार बढ़ाने पर सहमति जताई।") == []


def test_we_in_reported_speech_is_the_speaker() -> None:
    text = "ترک وزیر خارجہ نے کہا کہ ہم پاکستان کو مدد فراہم کریں گے۔"
    mentions = read("ur", text)
    assert told("ur", text) == ["AGREE TUR>PAK future"]
    assert mentions[0].attribution is not None
    assert mentions[0].attribution.speaker.country == "TUR"


def test_a_bare_name_keeps_the_country_it_was_introduced_with() -> None:
    text = "اطالوی وزیر خارجہ مارکو زنبیری نے تقریر کی۔ زنبیری نے جاپان کا دورہ کیا۔"
    mentions = read("ur", text)
    assert told("ur", text) == ["CONSULT/visit ITA>JPN"]
    assert mentions[0].actors[0].country_basis == "remembered"
    assert mentions[0].actors[0].person == "مارکو زنبیری"


def test_a_default_country_never_overrides_a_named_one() -> None:
    text = "पाकिस्तान के विदेश मंत्री और उनके रूसी समकक्ष ने बातचीत की।"
    assert told("hi", text, country="IND") == ["CONSULT PAK+RUS>-"]
