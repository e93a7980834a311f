"""Stores, their tags and areas, as a manager keeps them."""

from io import BytesIO

import pytest

from regulars.audit.models import Event
from regulars.core.actor import SYSTEM
from regulars.staff.models import Person, Role
from regulars.stores.labels import make_label
from regulars.stores.models import Area, Store, Tag
from regulars.stores.open import NewStore, open_stores
from tests.backoffice.conftest import NOW, sign_in

pytestmark = pytest.mark.django_db
PIER = {"code": "900", "name": "Pier", "time_zone": "Europe/Oslo", "is_open": "on", "tills": "1, 2"}


@pytest.fixture
def labelled(shop) -> dict[str, int]:
    Store.objects.exclude(code="330").delete()
    more = [NewStore(code=code, name=f"Store {code}", time_zone="America/New_York") for code in ("331", "332")]
    open_stores(more, at=NOW, by=SYSTEM)
    made = {name: make_label("tag", name=name, at=NOW, by=SYSTEM) for name in ("sea", "summer")}
    return made | {"North": make_label("area", name="North", at=NOW, by=SYSTEM)}


def of_store_330() -> None:
    person = Person.objects.get(role=Role.MANAGER)
    person.all_stores = False
    person.save(update_fields=["all_stores"])
    person.stores.set(Store.objects.filter(code="330"))


def test_a_store_is_added_changed_and_never_deleted(labelled, manager):
    assert manager.post("/stores/new/", PIER | {"tags": ["sea", "summer"], "area": "North"}).status_code == 302
    store = Store.objects.get(code="900")
    assert sorted(store.tags.values_list("name", flat=True)) == ["sea", "summer"]
    assert (store.area.name, [till.code for till in store.tills.order_by("code")]) == ("North", ["1", "2"])
    change = "/stores/at/900/edit/"
    assert manager.post(change, PIER | {"name": "Old Pier", "tags": ["sea"], "tills": "2"}).status_code == 302
    store = Store.objects.get(code="900")
    assert (store.name, store.area, [till.code for till in store.tills.all()]) == ("Old Pier", None, ["2"])
    assert Event.objects.filter(about="store", about_id=store.pk, action="store.changed", store_id=store.pk).exists()
    page = manager.get("/stores/at/900/").content.decode()
    assert "Old Pier" in page
    assert "opened a store" in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"time_zone": "Moon"}, "not known"),
        ({"name": ""}, "required"),
        ({"code": "330"}, "a store with this code already"),
        ({"code": "x" * 33}, "32"),
        ({"tags": ["nowhere"]}, "nowhere"),
        ({"area": "South"}, "South"),
        ({"tills": "t" * 33}, "too long"),
    ],
)
def test_a_store_that_cannot_be_is_refused_beside_its_field(labelled, manager, typed, said):
    before = Store.objects.count()
    answer = manager.post("/stores/new/", PIER | typed)
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert Store.objects.count() == before


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("", ["330", "331", "332"]),
        ("?q=331", ["331"]),
        ("?q=tore%20332", ["332"]),
        ("?tag={sea}", ["330"]),
        ("?area={North}", ["331"]),
        ("?state=closed", ["332"]),
        ("?tag=x&area=y", ["330", "331", "332"]),
        ("?after=330", ["331", "332"]),
    ],
)
def test_stores_are_narrowed_and_come_by_their_codes(labelled, manager, query, codes):
    Store.objects.get(code="330").tags.add(labelled["sea"])
    Store.objects.filter(code="331").update(area=labelled["North"])
    Store.objects.filter(code="332").update(is_open=False, name="Store 332")
    page = manager.get(f"/stores/{query.format(**labelled)}").content.decode()
    assert [code for code in ("330", "331", "332") if f"/stores/at/{code}/" in page] == codes


def test_a_manager_of_one_store_sees_and_changes_no_other(labelled, manager):
    of_store_330()
    page = manager.get("/stores/").content.decode()
    assert "/stores/at/330/" in page
    assert "/stores/at/331/" not in page
    assert manager.get("/stores/at/331/").status_code == 404
    assert manager.get("/stores/at/331/edit/").status_code == 404
    assert manager.get("/stores/at/330/edit/").status_code == 200
    assert manager.get("/stores/new/").status_code == 403
    put = {"deed": "put", "codes": "330, 331", "way": "on"}
    assert "331" in manager.post(f"/stores/labels/tag/{labelled['sea']}/", put).content.decode()
    assert Tag.objects.get(pk=labelled["sea"]).stores.count() == 0


def test_tags_and_areas_are_made_first_and_once(labelled, manager):
    assert manager.post("/stores/labels/", {"label": "tag", "name": " Air  port "}).status_code == 302
    assert Tag.objects.filter(name="Air port").exists()
    again = manager.post("/stores/labels/", {"label": "area", "name": "North"})
    assert again.status_code == 200
    assert Area.objects.count() == 1
    assert manager.post("/stores/labels/", {"label": "tag", "name": "a, b"}).status_code == 200
    assert manager.post("/stores/labels/", {"label": "nothing", "name": "x"}).status_code == 404


def test_a_tag_goes_on_many_stores_by_codes_by_another_tag_and_by_a_file(labelled, manager):
    path = f"/stores/labels/tag/{labelled['sea']}/"
    manager.post(path, {"deed": "put", "codes": "330\n331", "way": "on"})
    assert sorted(Store.objects.filter(tags=labelled["sea"]).values_list("code", flat=True)) == ["330", "331"]
    other = f"/stores/labels/tag/{labelled['summer']}/"
    manager.post(other, {"deed": "put", "codes": "sea", "way": "on"})
    assert sorted(Store.objects.filter(tags=labelled["summer"]).values_list("code", flat=True)) == ["330", "331"]
    file = BytesIO("\ufeffstore\n332\n\n330\n".encode())
    file.name = "stores.csv"
    manager.post(f"/stores/labels/area/{labelled['North']}/", {"deed": "put", "file": file, "way": "on"})
    assert sorted(Store.objects.filter(area=labelled["North"]).values_list("code", flat=True)) == ["330", "332"]
    manager.post(other, {"deed": "put", "codes": "330", "way": "off"})
    assert list(Store.objects.filter(tags=labelled["summer"]).values_list("code", flat=True)) == ["331"]
    assert Event.objects.filter(action="store.labelled").count() == 7


@pytest.mark.parametrize("codes", ["330, 999", "", "\x00", "330; 331"])
def test_a_name_that_is_no_stores_is_told_and_nothing_is_done(labelled, manager, codes):
    answer = manager.post(f"/stores/labels/tag/{labelled['sea']}/", {"deed": "put", "codes": codes, "way": "on"})
    assert answer.status_code == 200
    assert Tag.objects.get(pk=labelled["sea"]).stores.count() == 0


def test_a_label_is_renamed_and_removed_from_every_store(labelled, manager):
    path = f"/stores/labels/tag/{labelled['sea']}/"
    Store.objects.get(code="330").tags.add(labelled["sea"])
    manager.post(path, {"deed": "rename", "name": "coast"})
    assert Store.objects.get(code="330").tags.get().name == "coast"
    taken = manager.post(path, {"deed": "rename", "name": "summer"})
    assert taken.status_code == 200
    assert Store.objects.get(code="330").tags.get().name == "coast"
    manager.post(path, {"deed": "remove"})
    assert not Store.objects.get(code="330").tags.exists()
    assert manager.get(path).status_code == 404


def test_a_cashier_looks_and_changes_nothing(labelled, cashier):
    assert cashier.get("/stores/").status_code == cashier.get("/stores/at/330/").status_code == 200
    assert cashier.get("/stores/labels/").status_code == 200
    assert cashier.post("/stores/labels/", {"label": "tag", "name": "x"}).status_code == 404
    assert cashier.get("/stores/at/330/edit/").status_code == 403


def test_many_stores_come_in_pages(labelled):
    open_stores([NewStore(code=f"5{n:03}", name=f"S{n}", time_zone="UTC") for n in range(60)], at=NOW, by=SYSTEM)
    owner = sign_in(Role.OWNER)
    first = owner.get("/stores/").content.decode()
    assert first.count('href="/stores/at/') == 50
    assert "after=5046" in first
    assert owner.get("/stores/?after=5046").content.decode().count('href="/stores/at/') == 13
