import pytest

from pipeline.text.site import site_of, suffix_of


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.news.example.com.pk/a?b=c", "example.com.pk"),
        ("https://www.bbc.co.uk/urdu/1", "bbc.co.uk"),
        ("https://News.Example.com:8443/a", "example.com"),
        ("http://urdu.example.org", "example.org"),
        ("http://192.0.2.1/x", "192.0.2.1"),
        ("http://localhost:80/x", "localhost"),
        ("https://one.blogspot.com/", "one.blogspot.com"),
        ("https://blogspot.com/", "blogspot.com"),
        ("https://www.daily.example/", "daily.example"),
    ],
)
def test_the_site_is_the_registrable_domain_and_a_host_of_many_sites_is_none(url: str, name: str) -> None:
    assert site_of(url) == name


def test_no_address_has_no_site() -> None:
    assert site_of(None) is None
    assert site_of("") is None
    assert site_of("http://[::1") is None
    assert site_of("\ud800") is None
    assert site_of("a" * 5000) is None


def test_the_suffix_is_the_last_label() -> None:
    assert suffix_of("https://www.dawn.com.pk/") == "pk"
    assert suffix_of("https://example.com") == "com"
    assert suffix_of(None) is None
