"""Hypothesis strategies for text as the wild has it, and for every record."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from schemas.article import Article, RawArticle

# Letters, marks, digits, joiners, direction controls, control characters, spaces and astral characters.
_WILD = (
    "اآبپتٹکگہھیےۓںأئيك۔،؟ۂًٍَُِّْ٠١۰۱"
    "अआइकखगचनमयरलवसहािीुूेैोौ्ंँ़।॥०१"
    "abcXYZ019 .,!?'\"’“”()-–—\u0301\u0327é"
    "\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2066\u2069\u00ad\ufeff\u00a0\u2028\t\n\r\0\x1b\x7f\x85"
    "京東ก🙂👩🏽\U0001f1f5\U000e0001\ufffd"
)

texts = st.text(st.one_of(st.sampled_from(_WILD), st.characters(exclude_categories=["Cs"])), max_size=200)
"""Text that UTF-8 can carry."""

any_text = st.text(st.one_of(st.sampled_from(_WILD), st.characters(), st.characters(categories=["Cs"])), max_size=200)
"""Text with lone surrogates, too."""

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
"""Anything that JSON can say."""

_SCALARS: dict[Any, st.SearchStrategy[Any]] = {
    str: texts,
    bool: st.booleans(),
    int: st.integers(-(2**63), 2**64 - 1),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bytes: st.binary(max_size=200),
}


def records(cls: type[Any], **given: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Draw records of a class, every field by its type, but those in `given` by the strategy there."""
    hints = get_type_hints(cls)
    drawn = {
        field.name: st.just(field.default) if field.name == "schema" else of_type(hints[field.name])
        for field in fields(cls)
        if field.name not in given
    }
    return st.builds(cls, **drawn, **given)


def of_type(hint: Any) -> st.SearchStrategy[Any]:
    """Draw values of a type that the codec knows."""
    if hint in _SCALARS:
        return _SCALARS[hint]
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin in (Union, UnionType):
        return st.none() | of_type(next(a for a in arguments if a is not NoneType))
    if origin is tuple:
        many = arguments[-1] is Ellipsis
        return st.lists(of_type(arguments[0]), max_size=3).map(tuple) if many else st.tuples(*map(of_type, arguments))
    if origin is dict:
        return st.dictionaries(texts, of_type(arguments[1]), max_size=3)
    assert isinstance(hint, type), hint
    assert is_dataclass(hint), hint
    return records(hint)


def raw_articles(text: st.SearchStrategy[str] = any_text) -> st.SearchStrategy[RawArticle]:
    """Draw raw articles whose headline, description and body are wild, and whose other fields are as a poller fills them."""
    return st.builds(
        RawArticle,
        uri=st.integers(0, 9999).map("urn:khabar:example.org:{}".format),
        headline=st.none() | text,
        description_text=st.none() | text,
        body_text=st.none() | text,
        language=st.none() | st.sampled_from(["ur", "hi", "en", "xx", ""]),
        url=st.none() | st.integers(0, 9999).map("https://example.org/{}".format),
    )


def articles(text: st.SearchStrategy[str] = texts) -> st.SearchStrategy[Article]:
    """Draw articles without segments, their text wild."""
    return st.builds(
        Article,
        uri=st.integers(0, 9999).map("urn:khabar:example.org:{}".format),
        site=st.sampled_from(["example.org", "example.net", "example.com"]),
        title=st.none() | text,
        text=text,
        language=st.sampled_from(["ur", "hi", "en", "und"]),
        confidence=st.floats(0, 1),
        script=st.sampled_from(["Arab", "Deva", "Latn", "Zyyy"]),
        reason=st.just("drawn"),
        detector=st.just("drawn"),
        text_sha256=st.just("0" * 64),
    )
