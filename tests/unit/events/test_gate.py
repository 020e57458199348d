from __future__ import annotations

import pytest

from pipeline.events.chart import chart
from pipeline.events.gate import off_topic
from pipeline.events.lexicon import lexicon
from pipeline.text.normalise import normalise

CASES = [
    ("ur", "زلزلے کے جھٹکے محسوس کیے گئے، ریکٹر اسکیل پر شدت پانچ تھی، گہرائی دس کلومیٹر تھی۔", "quake"),
    ("ur", "فلم کی اداکارہ نے ٹریلر جاری کیا، ہدایت کار نے گلوکار کا شکریہ ادا کیا۔", "film"),
    ("hi", "मौसम विभाग के मुताबिक बारिश होगी, तापमान गिरेगा और आंधी चलेगी।", "weather"),
    ("hi", "सेंसेक्स और निफ्टी गिरे, शेयर बाजार में निवेशकों को नुकसान हुआ।", "market"),
    ("en", "The striker scored two goals in the cup match, the coach said.", "sport"),
    ("ur", "وزیر خارجہ نے صدر اور وزیراعظم سے ملاقات کے بعد میچ دیکھا۔", None),
    ("hi", "प्रधानमंत्री और विदेश मंत्री ने राष्ट्रपति से मुलाकात की।", None),
    ("en", "The foreign minister met the president.", None),
]


@pytest.mark.parametrize(("code", "text", "topic"), CASES)
def test_an_article_full_of_another_topic_is_kept_out(code: str, text: str, topic: str | None) -> None:
    known = lexicon(code)
    assert known is not None
    assert off_topic([chart(normalise(text), 0, "body", known)]) == topic
