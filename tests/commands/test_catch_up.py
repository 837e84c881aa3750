"""``pedell catch-up`` without any database: what it says to whom it cannot help."""

import os

from tests.commands.typed import SOURCE, pedell_says
from tests.conformance.mdm.servers import free_port
from tests.inventory_builder import AUTHORITY, build

SECRET = {"PEDELL_SECRET_TABLETS_DATABASE": "Sonnenblume (erfunden)"}


def inventory(folder, database):
    target = f"{{provider: nanohub, platform: ipados, url: http://127.0.0.1:9{database}}}"
    text = AUTHORITY.replace("{provider: memory, platform: ipados}", target)
    return build(folder, {"authority.yml": text})


def with_database(folder, port=5432):
    said = f"host: 127.0.0.1, port: {port}, credential: tablets-database"
    return inventory(folder, f", database: {{{said}}}")


def test_without_a_database_there_is_nothing_to_read(tmp_path):
    said = pedell_says("catch-up", "-i", inventory(tmp_path, ""), cwd=tmp_path)
    assert (said.code, "none has a database" in said.err) == (64, True)


def test_a_password_that_is_not_there_is_named(tmp_path):
    said = pedell_says("catch-up", "-i", with_database(tmp_path), cwd=tmp_path)
    assert (said.code, "set PEDELL_SECRET_TABLETS_DATABASE" in said.err) == (10, True)


def test_a_missing_driver_is_named_with_what_installs_it(tmp_path):
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden/psycopg.py").write_text("raise ImportError\n")
    env = {**SECRET, "PYTHONPATH": os.pathsep.join([str(tmp_path / "hidden"), str(SOURCE)])}
    root = with_database(tmp_path / "inventory")
    said = pedell_says("catch-up", "-i", root, cwd=tmp_path, env=env)
    assert (said.code, "pip install 'pedell[pgsql]'" in said.err) == (4, True)


def test_a_database_that_does_not_answer_is_told_in_one_line(tmp_path):
    root = with_database(tmp_path, free_port())
    said = pedell_says("catch-up", "-i", root, cwd=tmp_path, env=SECRET)
    assert (said.code, said.out, said.err.count("\n")) == (4, "", 1)
    assert "the database nanomdm at 127.0.0.1" in said.err
    assert "Sonnenblume" not in said.err
