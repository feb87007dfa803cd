"""`modeldesk populate` and `modeldesk runscript`: the older system's list, read and never run."""

import pytest

from tests.support.cli_folder import ROOT, Folder

RULE = "=" * 60
HEAD = f"{RULE}\n🚀 Populating AI Providers and Models\n{RULE}\n\n📦 Step 1: Creating/Updating Providers...\n"
OPENAI = "{'name': 'OpenAI', 'slug': 'openai', 'display_name': 'OpenAI (ChatGPT, DALL-E)', 'sort_order': 1}"
GOOGLE = "{'name': 'Google', 'slug': 'google', 'display_name': 'Google Gemini', 'sort_order': 2}"


def script(*entries: str, before: str = "", after: str = "") -> str:
    return f"{before}providers_data = [{', '.join(entries)}]\n{after}"


def test_the_lines_are_those_of_the_older_system(folder: Folder) -> None:
    """Created, updated by its new name, deactivated; the rules of sixty signs around them."""
    folder.write("mine.py", script(OPENAI, GOOGLE))
    done = f"{RULE}\n✅ DONE!\n   Providers: 2 created, 0 updated, 0 deactivated\n{RULE}\n"
    assert folder.type("populate", "mine.py").out == f"{HEAD}✅ Created: OpenAI (ChatGPT, DALL-E)\n✅ Created: Google Gemini\n{done}"
    folder.write("mine.py", script(OPENAI.replace("(ChatGPT, DALL-E)", "all")))
    done = f"{RULE}\n✅ DONE!\n   Providers: 0 created, 1 updated, 1 deactivated\n{RULE}\n"
    assert folder.type("populate", "mine.py").out == f"{HEAD}🔄 Updated: OpenAI all\n🚫 Deactivated: Google Gemini\n{done}"
    again = folder.type("populate", "mine.py").out
    assert again == HEAD + done.replace("1 updated, 1 deactivated", "0 updated, 0 deactivated")
    assert folder.provider("google")["is_active"] is False


def test_fields_that_an_entry_does_not_name_stay(desk: Folder) -> None:
    """Capabilities above all, which the older list cannot say."""
    before = desk.provider("anthropic")
    desk.write("mine.py", script("{'name': 'Anthropic', 'slug': 'anthropic', 'website': 'https://anthropic.com'}"))
    assert "0 created, 1 updated, 1 deactivated" in desk.type("populate", "mine.py").out
    assert desk.provider("anthropic") == {**before, "website": "https://anthropic.com", "version": 2}


def test_nothing_of_a_script_is_run(empty_desk: Folder) -> None:
    """Whatever stands around the list: an import that does not exist, a file that would be written, an end of the process."""
    before = "import django.nowhere\nopen('written', 'w').close()\nraise SystemExit(7)\n\n"
    empty_desk.write("mine.py", script(OPENAI, before=before, after="main()\n"))
    assert "1 created" in empty_desk.type("populate", "mine.py").out
    assert not (empty_desk.path / "written").exists()


def test_the_places_in_their_order(empty_desk: Folder) -> None:
    """The shipped script, before it the one in the folder's `scripts`, and the one that is named."""
    empty_desk.write("named.py", script(GOOGLE))
    shipped = empty_desk.type("populate").out
    assert shipped.count("✅ Created: ") == (ROOT / "scripts" / "populate_ai_providers.py").read_text().count('"slug":') > 0
    empty_desk.write("scripts/populate_ai_providers.py", script(OPENAI))
    assert f"0 created, 1 updated, {shipped.count('✅ Created: ') - 1} deactivated" in empty_desk.type("populate").out
    assert "0 created, 0 updated, 0 deactivated" in empty_desk.type("runscript", "populate_ai_providers").out
    assert "1 updated, 1 deactivated" in empty_desk.type("populate", "named.py").out


def test_runscript_knows_one_name(folder: Folder) -> None:
    """Another one is wrong usage that names it."""
    assert "'nosuch' is not 'populate_ai_providers'" in folder.refused("runscript", "nosuch", exits=2)[-1]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("providers_data = [", "$: this is not Python: "),
        ("providers = []", "Error: the script has no list 'providers_data'"),
        ("providers_data = {}", "$: 'providers_data' must be a list (line 1, column 18)"),
        (script(OPENAI, after="providers_data.append({})\n"), "$: 'providers_data' is assigned once and changed here; "),
        (
            script("{'name': str(1), 'slug': 'a'}"),
            "providers_data[0].name: only plain values are read, since scripts are not run; this is a call",
        ),
        (
            script("{'name': 'A', 'slug': 'a', 'sort_ordr': 1}"),
            "providers_data[0].sort_ordr: unknown key 'sort_ordr'; did you mean 'sort_order'?",
        ),
        (script("{'name': 'A', 'slug': 'a', 'slug': 'b'}"), "providers_data[0].slug: this key already stands at line "),
        (script(OPENAI, OPENAI), "providers_data[1].slug: the slug 'openai' already stands at line "),
        (script("{'name': 'A', 'slug': 'a', 'sort_order': '1'}"), "providers_data[0].sort_order: must be a whole number, not a string"),
    ],
)
def test_a_bad_script_changes_nothing(desk: Folder, text: str, line: str) -> None:
    """One line that says what and where."""
    desk.write("mine.py", text)
    (reported,) = desk.refused("populate", "mine.py")
    assert reported.startswith(line)
    assert reported.count("mine.py") == 1


def test_several_faults_are_told_at_once(desk: Folder) -> None:
    """In the order of the text; the good entry between them is not taken."""
    desk.write("mine.py", script("{'name': 1, 'slug': 'a'}", OPENAI, "{'name': 'B', 'slug': 'B!'}"))
    assert [line.split(":")[0] for line in desk.refused("populate", "mine.py")] == ["providers_data[0].name", "providers_data[2].slug"]


@pytest.mark.parametrize(("name", "reported"), [("nosuch.py", "there is no such file"), (".", "this is a folder, not a file")])
def test_a_script_that_cannot_be_read_is_told(desk: Folder, name: str, reported: str) -> None:
    """By its name."""
    assert desk.refused("populate", name) == [f"{name}: {reported}"]
