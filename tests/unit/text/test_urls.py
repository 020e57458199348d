import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.urls import canonical

BASE = "https://www.example.com/news/2021/04/07/visit-of-the-minister"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (BASE, BASE.replace("https", "http")),
        (BASE, BASE + "/"),
        (BASE + "?a=1&b=2", BASE + "?b=2&a=1"),
        (BASE, BASE.replace("www.", "m.")),
        (BASE, BASE.replace("www.", "amp.")),
        (BASE, BASE + "/amp"),
        (BASE, BASE + "#comments"),
        (BASE, BASE + "?fbclid=IwAR0&utm_source=feed"),
        (BASE, BASE.replace("example.com", "example.com:443")),
        ("https://example.com/ur/خبر", "https://example.com/ur/%D8%AE%D8%A8%D8%B1"),
    ],
)
def test_two_addresses_of_one_page_have_one_key(one, other):
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.com/story.php?id=1", "https://example.com/story.php?id=2"),
        ("https://example.com/story?nid=1", "https://example.com/story?nid=2"),
        (BASE, BASE.replace("2021/04/07", "2021/04/08")),
        ("https://ur.example.com/a", "https://hi.example.com/a"),
        ("https://example.com/ur/a", "https://example.com/hi/a"),
        (BASE, BASE + "?page=2"),
        (BASE + "?lang=ur", BASE + "?lang=hi"),
    ],
)
def test_two_pages_have_two_keys(one, other):
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "urn:uuid:1",
        "ftp://example.com/a",
        "https://",
        "http://[::1",
        "https:///x",
        "http://a:99999/",
        "http://x/" + "y" * 5000,
    ],
)
def test_what_is_no_web_address_has_no_key(text):
    assert canonical(text) is None


def test_a_port_of_its_own_is_kept():
    assert canonical("http://example.com:8080/a") == "example.com:8080/a"


def test_a_two_part_host_is_not_shortened():
    assert canonical("https://m.com/a") == "m.com/a"


@given(st.text(st.characters(codec=None, exclude_categories=())))
def test_any_text_is_answered(text):
    canonical("https://example.com/" + text)
    canonical("http://" + text)
