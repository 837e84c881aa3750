"""Supplier lists: what is understood, in whichever spelling, and what is refused, with its place."""

import datetime
import io
import zipfile
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pedell.language.lists.device_lists import COLUMNS, DeviceLists
from pedell.language.lists.headings import HEADINGS, names_a_person, plain
from pedell.language.lists.merging import merge_list, sort_out
from pedell.language.lists.supplier_lists import (
    normalised_mac,
    normalised_serial,
    read_supplier_list,
)
from pedell.model import (
    Asset,
    Cohort,
    Delivery,
    DeliveryState,
    Device,
    Inventory,
    Layer,
    School,
    Source,
)

GERMAN = "Seriennummer;MAC-Adresse;Inventarnummer;Modell;Schule;Gruppe\n"
ENGLISH = "Serial,WiFi MAC,Asset,Model,School,Cohort\n"
ROW = "DXXX00000009;02:d0:00:00:00:09;MÜ-9;iPad;gs-nord;pupil\n"
DEVICE = Device("DXXX00000009", "02:d0:00:00:00:09", "MÜ-9", "iPad")


def read(content, path="lieferung.csv"):
    return read_supplier_list(path, content.encode() if isinstance(content, str) else content)


def complaints(content):
    found = read(content).problems
    return [(p.code, p.source.line if p.source else None, p.detail) for p in found]


def the_row(content):
    found = read(content)
    assert found.problems == ()
    (row,) = found.rows
    return row


@pytest.mark.parametrize("head", [GERMAN, ENGLISH.replace(",", ";")])
def test_german_and_english_headings_mean_the_same(head):
    row = the_row(head + ROW)
    assert (row.device, row.school, row.cohort) == (DEVICE, "gs-nord", "pupil")
    assert row.source == Source("lieferung.csv", 2, 1)


@pytest.mark.parametrize("heading", ["Seriennummer", "Serien-Nr.", "SERIEN NR", "S/N", "Serial"])
def test_a_serial_number_has_many_headings(heading):
    assert (
        the_row(f"{heading};MAC\nDXXX00000009;02:d0:00:00:00:09\n").device.serial == DEVICE.serial
    )


@pytest.mark.parametrize("heading", ["MAC", "MAC-Adresse", "WLAN-MAC", "WiFi MAC", "Wi-Fi_MAC"])
def test_so_has_an_address(heading):
    assert the_row(f"S/N;{heading}\nDXXX00000009;02:d0:00:00:00:09\n").device.mac == DEVICE.mac


def test_no_heading_means_two_things_and_none_is_a_persons():
    headings = [heading for each in HEADINGS.values() for heading in each]
    assert len(headings) == len(set(headings))
    assert [heading for heading in headings if plain(heading) != heading] == []
    assert [heading for heading in headings if names_a_person(heading)] == []


def test_of_two_addresses_the_one_of_the_wifi_counts():
    text = "S/N;MAC;WLAN-MAC\nDXXX00000009;02:00:00:00:00:01;02:d0:00:00:00:09\n"
    assert the_row(text).device.mac == DEVICE.mac


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_each_encoding_is_recognised(encoding):
    assert the_row((GERMAN + ROW).encode(encoding)).device == DEVICE


@pytest.mark.parametrize("delimiter", ";,\t")
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_each_delimiter_and_line_ending_is_recognised(delimiter, ending):
    text = (GERMAN + ROW).replace(";", delimiter).replace("\n", ending)
    assert the_row(text).device == DEVICE


def test_a_quoted_field_may_hold_the_delimiter_and_loses_its_line_break():
    text = ROW.replace("iPad", '"iPad; 64\nGB"')
    assert the_row(GERMAN + text).device.model == "iPad; 64 GB"


def test_title_lines_above_the_headings_are_passed_over_and_lines_counted_with_them():
    row = the_row("Muster GmbH;Lieferschein\n\nStand: heute\n" + GERMAN + "\n" + ROW)
    assert row.source.line == 6


def test_more_than_ten_title_lines_are_no_list():
    assert the_row("Titel\n" * 10 + GERMAN + ROW).device == DEVICE
    ((code, _, detail),) = complaints("Titel\n" * 11 + GERMAN + ROW)
    assert code == "E0240"
    assert "Seriennummer" in detail


@pytest.mark.parametrize(
    "spelling",
    ["02:d0:00:00:00:09", "02-D0-00-00-00-09", "02d0.0000.0009", "02D000000009", " 02d000 000009 "],
)
def test_an_address_is_written_as_we_write_it(spelling):
    assert normalised_mac(spelling) == DEVICE.mac


@given(st.binary(min_size=6, max_size=6))
def test_every_address_comes_back_from_every_spelling(raw):
    wanted = raw.hex(":")
    digits = raw.hex().upper()
    forms = (raw.hex("-"), digits, f"{digits[:4]}.{digits[4:8]}.{digits[8:]}", wanted)
    assert {normalised_mac(form) for form in forms} == {wanted}


def test_a_serial_number_gets_capitals_and_keeps_a_leading_s():
    assert normalised_serial(" sdxxx 00000009\n") == "SDXXX00000009"


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ("DXXX00000009;02:d0:00:00:00", "02:d0:00:00:00"),
        ("DXXX00000009;02:d0:00:00:00:0g", "no MAC"),
        ("DXXX00000009;000000000000", "no MAC"),
        ("DXXX00000009;ff:ff:ff:ff:ff:ff", "a group"),
        ("DXX;02:d0:00:00:00:09", "no serial number"),
        ("1,23E+11;02:d0:00:00:00:09", "no serial number"),
    ],
)
def test_what_is_no_serial_number_or_address_is_named_with_its_line(cells, said):
    ((code, line, detail),) = complaints(f"S/N;MAC\nDXXX00000001;02:d0:00:00:00:01\n{cells}\n")
    assert (code, line) == ("E0242", 3)
    assert said in detail


@pytest.mark.parametrize(
    "heading",
    [
        "Name", "Vorname", "Nachname", "Schüler", "Schülerin", "SCHÜLER/IN", "Schueler-Name", "SuS",
        "Lehrer", "Lehrkraft", "E-Mail", "eMail", "E-Mail-Adresse", "Geburtsdatum", "Geb.-Datum",
        "Name des Schülers", "Name des Kindes", "Vor- und Nachname", "First Name", "Student",
        "user name", "Telefon-Nr.", "Scu\u0308ler".replace("Scu", "Schu"),
    ],
)  # fmt: skip
def test_a_persons_column_refuses_the_list_with_the_reason(heading):
    text = GERMAN.replace("\n", f";{heading}\n") + ROW.replace("\n", ";x\n")
    found = read(text)
    (problem,) = found.problems
    assert (problem.code, found.rows) == ("E0243", ())
    assert problem.source == Source("lieferung.csv", 1, len(GERMAN) + 1)
    assert "Data protection" in problem.detail
    assert "Remove the column" in problem.detail


@pytest.mark.parametrize(
    "heading", ["Device Name", "Modellname", "WLAN-Name", "Schulname", "Nutzungsart", "Menge", ""]
)
def test_a_things_name_is_no_persons(heading):
    assert not names_a_person(heading)


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00\x01\x02" * 99, b"\xd0\xcf\x11\xe0" + b"\0" * 99, b"PK\x03\x04" + b"\0" * 99,
     b"\xff\xfe\xff", b"\x81\x8d" * 99, b"%PDF-1.7\n", '"' * 9 + "x" * 200_000],
)  # fmt: skip
def test_rubbish_is_refused_in_one_sentence(content):
    ((code, _, detail),) = complaints(content)
    assert code == "E0240"
    assert "lieferung.csv" in detail


@given(st.sampled_from([b"", GERMAN.encode(), b"PK\x03\x04", b"\xff\xfe"]), st.binary(max_size=200))
def test_no_bytes_whatever_break_it(start, rest):
    found = read(start + rest)
    assert found.problems or all(row.device.serial for row in found.rows)


@given(st.text("S/N;,\t\"'\n\r MACNamevor\x0b\x1c\x85\u2028", max_size=60))
def test_no_text_whatever_breaks_it(text):
    read(text)
    read(GERMAN + text)
    read(text + "\n" + GERMAN)


def test_a_list_without_addresses_is_refused():
    ((code, line, detail),) = complaints("Titel\nS/N;Modell\nDXXX00000009;iPad\n")
    assert (code, line) == ("E0240", 2)
    assert "MAC-Adresse" in detail


def spreadsheet(*rows, title="Tabelle1"):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    book.create_sheet("Leer")
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def test_a_spreadsheet_is_read_with_its_numbers_and_dates():
    head = ["Seriennummer", "MAC", "Inventarnummer", "Modell", "Lieferung"]
    row = ["dxxx00000009", "02-d0-00-00-00-09", 4711.0, "iPad", datetime.date(2026, 11, 20)]
    found = read(spreadsheet(["Muster GmbH"], [], head, row))
    (row,) = found.rows
    assert row.device == Device("DXXX00000009", "02:d0:00:00:00:09", "4711", "iPad", "2026-11-20")
    assert found.has_lots
    assert row.source == Source("lieferung.csv[Tabelle1]", 4, 1)


def test_a_persons_column_in_a_spreadsheet_is_found_by_its_number():
    (problem,) = read(spreadsheet(["S/N", "MAC", "Vorname"])).problems
    assert (problem.code, problem.source.line, problem.source.column) == ("E0243", 1, 3)


def test_a_packed_bomb_is_not_unpacked():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/workbook.xml", b" " * 201_000_000)
    pytest.importorskip("openpyxl")
    ((code, _, _),) = complaints(packed.getvalue())
    assert code == "E0105"


def changed(content, old, new):
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(packed, "w") as after:
        for entry in before.infolist():
            after.writestr(entry, before.read(entry).replace(old, new))
    return packed.getvalue()


def test_a_sheet_that_gives_a_wrong_size_is_read_to_its_end():
    content = spreadsheet(["S/N", "MAC"], ["DXXX00000009", "02:d0:00:00:00:09"])
    assert len(read(changed(content, b'ref="A1:B2"', b'ref="A1:A1"')).rows) == 1


def test_a_row_that_calls_itself_a_milliard_is_not_waited_for():
    content = spreadsheet(["S/N", "MAC"], ["DXXX00000009", "02:d0:00:00:00:09"])
    far = changed(content, b'<row r="2"', b'<row r="1000000000"')
    ((code, _, detail),) = complaints(far)
    assert (code, "rows" in detail) == ("E0105", True)


# What arrives meets what stands.

NOWHERE = Source("inv/schools/x.yml", 1, 1)


def school(name, spoken, **cohorts):
    made = tuple(
        Cohort(cohort, cohort, "school", "ipados", "mdm", tuple(devices),
               frozenset(d.serial for d in devices), NOWHERE)
        for cohort, devices in cohorts.items()
    )  # fmt: skip
    return School(name, spoken, "grundschule", (), 0, {}, made, (), NOWHERE)


def inventory(*schools):
    catalogue = Layer("catalogue", "", {}, {})
    by_name = {each.id: each for each in schools}
    return Inventory("inv", "mu", "MU", "Europe/Berlin", by_name, {}, (), catalogue, {}, {})


def listed(number):
    return Device(f"DXXX{number:08}", f"02:d0:00:00:00:{number:02x}", f"A{number}", "iPad")


NORD = school("gs-nord", "Grundschule Nord", pupil=[listed(1)], teacher=[listed(2)])
SUED = school("gs-sued", "Grundschule Süd", pupil=[listed(3)])
PLACES = {
    mark: ("inv/devices/list.csv", number + 1)
    for number in (1, 2, 3)
    for mark in (listed(number).serial, listed(number).mac)
}


def arrive(*rows, fallback=("", "")):
    text = "S/N;MAC;Schule;Cohort\n" + "".join(f"{row}\n" for row in rows)
    return sort_out(read(text).rows, inventory(NORD, SUED), PLACES, fallback)


def line(number, place="gs-nord;pupil", mac=0):
    return f"{listed(number).serial};{listed(mac or number).mac};{place}"


def test_a_row_is_new_or_there_or_moved():
    found = arrive(line(1), line(2), line(9, "GRUNDSCHULE SÜD;Pupil"))
    assert found.problems == []
    assert {place: [d.serial for d in new] for place, new in found.new.items()} == {
        ("gs-sued", "pupil"): [listed(9).serial]
    }
    assert list(found.present) == [("gs-nord", "pupil")]
    assert [(m.device.serial, m.stands_in, m.said) for m in found.moved] == [
        (listed(2).serial, "teacher", "pupil")
    ]


@pytest.mark.parametrize(
    ("rows", "code", "number", "said"),
    [
        ([line(9), line(9)], "E0241", 3, "lieferung.csv:2"),
        ([line(9), line(8, mac=9)], "E0241", 3, "lieferung.csv:2"),
        ([line(3)], "E0241", 2, "inv/devices/list.csv:4"),
        ([line(1, mac=9)], "E0241", 2, "another MAC address"),
        ([line(9, mac=1)], "E0241", 2, "another serial number"),
        ([line(9, "gs-nrd;pupil"), line(8, "gs-nrd;pupil")], "E0210", 2, 'mean "gs-nord"? So in 2'),
        ([line(9, "gs-nord;pupils")], "E0220", 2, 'mean "pupil"?'),
        ([line(9, ";pupil")], "E0210", 2, "--school"),
        ([line(9, "gs-nord;")], "E0220", 2, "--cohort"),
        ([";02d0000000ff;gs-nord;pupil"], "E0242", 2, "serial number is missing"),
        (["DXXX00000009;;gs-nord;pupil"], "E0242", 2, "MAC address is missing"),
        (["DXXX-0000-0009;02d0000000ff;gs-nord;pupil"], "E0242", 2, "8 to 14"),
    ],
)
def test_what_does_not_fit_names_its_line_and_the_way_out(rows, code, number, said):
    (problem,) = arrive(*rows).problems
    assert (problem.code, problem.source.line) == (code, number)
    assert said in problem.detail


def test_the_same_file_twice_is_a_list_with_doubles():
    rows = read("S/N;MAC\n" + "DXXX00000009;02:d0:00:00:00:09\n").rows * 2
    found = sort_out(rows, inventory(NORD), PLACES, ("gs-nord", "pupil"))
    assert [problem.code for problem in found.problems] == ["E0241"]


def test_rows_without_a_place_go_where_they_are_told():
    found = arrive(line(9, ";"), fallback=("gs-sued", "pupil"))
    assert list(found.new) == [("gs-sued", "pupil")]


def test_a_merged_list_keeps_every_old_byte_and_its_line_endings():
    old = b"\xef\xbb\xbf" + f"{';'.join(COLUMNS)}\r\nZ;not even;sound;x".encode()
    merged = merge_list(old, [("teacher", listed(1)), ("pupil", listed(9)), ("pupil", listed(2))])
    assert merged.startswith(old + b"\r\n")
    serials = [row.split(b";")[0].decode() for row in merged[len(old) :].split()]
    assert serials == [listed(number).serial for number in (2, 9, 1)]
    assert merged.count(b"\r\n") == merged.count(b"\n")


# A lot goes with its devices where the inventory knows deliveries.

HERBST = Delivery("Herbst", None, 2, "iPad", DeliveryState.ARRIVED, NOWHERE)


def delivered(*rows, deliveries):
    text = "S/N;MAC;Schule;Cohort;Lieferung\n" + "".join(f"{row}\n" for row in rows)
    known = replace(inventory(NORD, SUED), deliveries=deliveries)
    return sort_out(read(text).rows, known, PLACES, ("", ""))


def test_a_lot_is_kept_where_there_are_deliveries_and_dropped_where_there_are_none():
    row = line(9, "gs-nord;pupil;Herbst")
    for deliveries, lot in (({"Herbst": HERBST}, "Herbst"), ({}, "")):
        found = delivered(row, deliveries=deliveries)
        assert found.problems == []
        assert [device.lot for device in found.new["gs-nord", "pupil"]] == [lot]


def test_an_unknown_lot_holds_the_list_back_and_so_do_too_many_devices():
    (problem,) = delivered(line(9, "gs-nord;pupil;Herpst"), deliveries={"Herbst": HERBST}).problems
    assert (problem.code, problem.source.line) == ("E0245", 2)
    assert 'Did you mean "Herbst"?' in problem.detail
    rows = [line(number, "gs-nord;pupil;Herbst") for number in (7, 8, 9)]
    (problem,) = delivered(*rows, deliveries={"Herbst": HERBST}).problems
    assert (problem.code, problem.source) == ("E0246", NOWHERE)


def test_the_first_lot_of_a_list_puts_its_heading_behind_the_others():
    old = f"{';'.join(COLUMNS)}\r\nZ;not even;sound;x\r\n".encode()
    lots = [("pupil", replace(listed(9), lot="Herbst")), ("pupil", listed(8))]
    first, rest = old.split(b"\r\n", 1)
    merged = merge_list(old, lots)
    assert merged.startswith(first + b";lot\r\n" + rest)
    assert merged[len(old) + 4 :].split(b"\r\n") == [
        b"DXXX00000008;02:d0:00:00:00:08;A8;iPad;pupil;",
        b"DXXX00000009;02:d0:00:00:00:09;A9;iPad;pupil;Herbst",
        b"",
    ]
    assert merge_list(merged, []) == merged


_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=12)
_WORDS = _TEXT.map(lambda text: " ".join(text.split()))
_DEVICES = st.dictionaries(
    st.integers(1, 0xFFFF),
    st.tuples(_WORDS, _WORDS, _WORDS, st.sampled_from(["pupil", "teacher"])),
)


@given(_DEVICES)
def test_an_exported_list_comes_back_as_it_was_and_adds_nothing(drawn):
    rows = [
        (
            cohort,
            Device(f"DXXX{n:08}", f"02:d0:00:00:{n >> 8:02x}:{n & 255:02x}", asset, model, lot),
        )
        for n, (asset, model, lot, cohort) in sorted(drawn.items())
    ]
    content = merge_list(b"", rows)
    lists = DeviceLists()
    cohorts = lists.read(Asset("inv/devices/gs-nord.csv", "devices/gs-nord.csv", content))
    assert lists.problems == []
    assert {d for devices in cohorts.values() for d in devices} == {d for _, d in rows}
    delivered = read_supplier_list("export.csv", content)
    assert delivered.problems == ()
    standing = school("gs-nord", "Nord", **{"pupil": (), "teacher": (), **cohorts})
    found = sort_out(delivered.rows, inventory(standing), lists.lines, ("gs-nord", ""))
    assert (found.new, found.moved, found.problems) == ({}, [], [])
    assert sum(map(len, found.present.values())) == len(rows)
