from pipeline.text.site import site_of, suffix_of


def test_the_site_is_the_registrable_domain() -> None:
    assert site_of("https://www.news.example.com.pk/a?b=c") == "example.com.pk"
    assert site_of("http://urdu.example.org") == "example.org"
    assert site_of("http://192.0.2.1/x") == "192.0.2.1"
    assert site_of("http://localhost/x") == "localhost"


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
