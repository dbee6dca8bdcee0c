import pytest
from report_samples import make_content

from uvas_stats.present.chapter import Content


@pytest.fixture(scope="session")
def content() -> Content:
    return make_content()
