from pipeline.language.detect import backend
from pipeline.language.document import Document, analyse
from pipeline.text.segment import segment

URDU = "وزیر اعظم نے کہا کہ دونوں ممالک کے درمیان تعلقات مزید مضبوط ہوں گے۔ انہوں نے تجارت بڑھانے پر زور دیا۔"
MORE = "ملاقات کے بعد جاری ہونے والے بیان میں کہا گیا کہ فریقین اگلے سال دوبارہ ملیں گے۔"
LAST = "سرکاری حکام کے مطابق وفد نے دارالحکومت میں تاجروں اور صنعت کاروں سے بھی ملاقات کی۔"
ENGLISH = "The foreign minister said that cooperation between the two countries would grow in the years ahead."


def document(text: str, declared: str | None = None) -> Document:
    return analyse(text, segment(None, text), backend(), declared)


def test_one_language_has_all_the_letters() -> None:
    found = document(f"{URDU}\n\n{URDU}")
    assert found.whole.language == "ur"
    assert [(share.language, share.share) for share in found.shares] == [("ur", 1.0)]


def test_shares_are_letters_not_chances() -> None:
    found = document(f"{URDU}\n\n{ENGLISH}\n\n{MORE}\n\n{LAST}")
    shares = {share.language: share.share for share in found.shares}
    letters = {"ur": sum(map(str.isalpha, URDU + MORE + LAST)), "en": sum(map(str.isalpha, ENGLISH))}
    assert abs(shares["en"] - letters["en"] / sum(letters.values())) < 0.01
    assert found.whole.language == "ur"
    assert [s.language for s in found.segments] == ["ur", "en", "ur", "ur"]


def test_a_sentence_in_another_language_inside_a_paragraph_counts() -> None:
    shares = {share.language for share in document(f"{URDU} {ENGLISH} {MORE}").shares}
    assert shares == {"ur", "en"}


def test_a_short_line_is_undetermined_in_another_script() -> None:
    found = document(f"{URDU}\n\n{URDU}\n\nShares:")
    assert found.segments[-1].language == "und"


def test_nothing_to_read_is_undetermined() -> None:
    found = document("12 34")
    assert found.whole.language == "und"
    assert found.whole.confidence == 0.0


def test_most_of_the_body_decides() -> None:
    assert document(f"{URDU}\n\n{ENGLISH} It is a step that both governments had long prepared.").whole.language == "en"
