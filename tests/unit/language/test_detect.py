import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.language.detect import Detected, Profiles, backend

SENTENCES = {
    "ur": "وزیر اعظم نے کہا کہ دونوں ممالک کے درمیان تعلقات مزید مضبوط ہوں گے۔",
    "fa": "وزیر امور خارجه گفت که روابط دو کشور در حال گسترش است.",
    "ar": "قال وزير الخارجية إن العلاقات بين البلدين ستتعزز في الأشهر المقبلة.",
    "ps": "د بهرنیو چارو وزیر وویل چې د دواړو هېوادونو اړیکې به نورې هم پیاوړې شي.",
    "hi": "विदेश मंत्री ने कहा कि दोनों देशों के बीच सहयोग को और बढ़ाया जाएगा।",
    "mr": "परराष्ट्र मंत्री म्हणाले की दोन्ही देशांमधील सहकार्य आणखी वाढवले जाईल.",
    "ne": "परराष्ट्रमन्त्रीले दुई देशबीचको सहकार्य अझ बढाइने बताउनुभयो।",
    "en": "The foreign minister said that cooperation between the two countries would grow.",
    "de": "Der Außenminister sagte, die Zusammenarbeit zwischen beiden Ländern werde wachsen.",
    "es": "El ministro de Exteriores dijo que la cooperación entre los dos países crecerá.",
    "fr": "Le ministre des Affaires étrangères a déclaré que la coopération allait croître.",
    "pt": "O ministro das Relações Exteriores disse que a cooperação entre os dois países vai crescer.",
    "tr": "Dışişleri Bakanı iki ülke arasındaki iş birliğinin artacağını söyledi.",
    "ru": "Министр иностранных дел заявил, что сотрудничество двух стран будет расширяться.",
    "uk": "Міністр закордонних справ заявив, що співпраця двох країн розширюватиметься.",
    "bg": "Министърът на външните работи заяви, че сътрудничеството между двете страни ще се разширява.",
    "bn": "পররাষ্ট্রমন্ত্রী বলেছেন, দুই দেশের মধ্যে সহযোগিতা আরও বাড়বে।",
    "zh": "外交部长表示，两国合作将进一步扩大。",
    "ja": "外相は、両国の協力がさらに広がると述べた。",
    "ko": "외교부 장관은 양국 협력이 더욱 확대될 것이라고 말했다.",
}
TRACES = ["", "123 456", "🎉🎉", "https://example.com/a/b", "????", "@someone", "a", ".", "\x00\x01", "\ud800"]


@pytest.mark.parametrize("language", SENTENCES)
def test_a_sentence_is_in_its_language(language: str) -> None:
    answer = backend("profiles").detect([SENTENCES[language]])[0]
    assert answer.language == language
    assert answer.confidence > 0.8


@pytest.mark.parametrize("language", [name for name in SENTENCES if name != "ps"])
def test_langdetect_agrees(language: str) -> None:
    assert backend("langdetect").detect([SENTENCES[language]])[0].language == language


@pytest.mark.parametrize("name", ["profiles", "langdetect"])
def test_what_is_no_language_is_undetermined(name: str) -> None:
    for answer in backend(name).detect(TRACES):
        assert answer.language == "und"
        assert answer.confidence == 0.0
        assert answer.reason.startswith("und:")


@pytest.mark.parametrize("name", ["profiles", "langdetect"])
def test_alone_and_in_a_batch_and_twice_it_is_the_same(name: str) -> None:
    texts = [*SENTENCES.values(), *TRACES]
    batch = backend(name).detect(texts)
    assert [backend(name).detect([text])[0] for text in texts] == batch
    assert backend(name).detect(texts[::-1])[::-1] == batch


def test_threads_that_ask_first_together_all_get_answers() -> None:
    answers: list[Detected] = []
    fresh = Profiles()
    threads = [threading.Thread(target=lambda: answers.extend(fresh.detect([SENTENCES["en"]]))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.language for answer in answers] == ["en"] * 16


def test_a_declared_language_decides_what_the_text_leaves_open_and_no_more() -> None:
    text = "Dua orang"
    assert backend().detect([text], "ms")[0].language == "ms"
    assert backend().detect([text], "id")[0].language == "id"
    assert backend().detect([SENTENCES["en"]], "fr")[0].language == "en"


@pytest.mark.parametrize(
    "text", ["bdfgh jklmn pqrst vwxz", "йцукен фывапр олджэ ячсмит", "ضصثق فغعهخ حجدش سيبلا تنمكط"]
)
def test_letters_at_random_fit_no_language(text: str) -> None:
    answer = backend().detect([text])[0]
    assert answer.language == "und"
    assert answer.reason in ("und:fit", "und:ambiguous")


def test_near_relatives_are_named_as_a_group() -> None:
    groups = {
        answer.language: answer.group
        for answer in backend().detect(
            [
                SENTENCES["en"],
                "Menteri luar negeri mengatakan bahwa kerja sama kedua negara akan ditingkatkan karena itu penting.",
            ]
        )
    }
    assert groups == {"en": None, "id": "ms-id"}


@pytest.mark.parametrize("text", ["a" * 1_000_000, "\ud800" * 1000, "\x00" * 1000 + "ab", "<" * 100_000, "&" * 100_000])
def test_a_text_of_one_sign_gets_an_answer(text: str) -> None:
    assert len(backend().detect([text])) == 1


def test_addresses_do_not_count() -> None:
    text = "وزیر اعظم نے کہا ہے https://example.com/the-prime-minister-said-that-the-two-countries @PrimeMinister"
    assert backend().detect([text])[0].language == "ur"


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=5))
def test_any_text_gets_an_answer(texts: list[str]) -> None:
    answers = backend().detect(texts)
    assert len(answers) == len(texts)
    assert all(0 <= answer.confidence <= 1 for answer in answers)
