"""Every form in which mail programs quote: the quote and its header go, the new words stay."""

from pathlib import Path
from textwrap import wrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from balcao.plugins.channels.mail.reply.plain import new_words

CASES = Path(__file__).parent / "cases"
NEW = "Bom dia, o vaso chegou quebrado.\n\nPodem trocar? Mehmet Bey'e de ilettim.\n\nAna"
OLD = "Recebemos o seu pedido e ele sai amanhã.\n\nSiparişiniz yarın kargoda.\nEquipe Aurora"


def blocks(name: str) -> list[pytest.param]:
    """Read the blocks of a case file as (lines) with the program's name as id."""
    found, title = [], ""
    lines: list[str] = []
    for line in [*(CASES / name).read_text(encoding="utf-8").split("\n")[1:], "# end"]:
        if line.startswith("# "):
            if title:
                found.append(pytest.param("\n".join(lines).strip("\n"), id=title))
            title, lines = line[2:], []
        else:
            lines.append(line)
    return found


def single_lines(name: str) -> list[str]:
    """Read the lines of a case file."""
    return [line for line in (CASES / name).read_text(encoding="utf-8").split("\n")[1:] if line]


def quoted(text: str) -> str:
    return "\n".join(f"> {line}" if line else ">" for line in text.split("\n"))


def narrow(text: str, width: int) -> str:
    return "\n".join(line for whole in text.split("\n") for line in wrap(whole, width, break_on_hyphens=False))


ATTRIBUTIONS = blocks("attributions.txt")
HEADERS = blocks("headers.txt")


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
@pytest.mark.parametrize("gap", ["\n\n", "\n"], ids=["gap", "no gap"])
def test_a_marked_quote_goes_with_its_attribution(attribution: str, gap: str) -> None:
    assert new_words(f"{NEW}\n\n{attribution}{gap}{quoted(OLD)}\n") == NEW


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_an_unmarked_quote_goes_with_its_attribution(attribution: str) -> None:
    assert new_words(f"{NEW}\n\n{attribution}\n\n{OLD}\n") == NEW


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
@pytest.mark.parametrize("width", [72, 48, 36])
@pytest.mark.parametrize("marked", [True, False], ids=["marked", "unmarked"])
def test_a_wrapped_attribution_is_found(attribution: str, width: int, marked: bool) -> None:
    old = quoted(OLD) if marked else OLD
    assert new_words(f"{NEW}\n\n{narrow(attribution, width)}\n\n{old}\n") == NEW


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
@pytest.mark.parametrize("form", ["- {}", "* {}", "*{}*", "_{}_", "• {}", "  {}"])
def test_a_decorated_attribution_is_found(attribution: str, form: str) -> None:
    if "\n" in attribution:
        attribution = attribution.replace("\n", "\n  ")
    assert new_words(f"{NEW}\n\n{form.format(attribution)}\n\n{quoted(OLD)}\n") == NEW


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_nothing_stands_between_the_new_words_and_the_attribution(attribution: str) -> None:
    assert new_words(f"{NEW}\n{attribution}\n{quoted(OLD)}\n") == NEW


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_an_answer_below_the_quote_stays(attribution: str) -> None:
    assert new_words(f"{attribution}\n{quoted(OLD)}\n\n{NEW}\n") == NEW


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_a_mail_of_nothing_but_a_quote_stays_whole(attribution: str) -> None:
    whole = f"{attribution}\n\n{OLD}"
    assert new_words(whole) == whole.replace(" ", " ")


@pytest.mark.parametrize("header", HEADERS)
def test_a_header_block_ends_the_new_words(header: str) -> None:
    assert new_words(f"{NEW}\n\n{header}\n\n{OLD}\n") == NEW


@pytest.mark.parametrize("header", HEADERS)
def test_a_header_block_right_below_the_new_words_ends_them(header: str) -> None:
    assert new_words(f"{NEW}\n{header}\n\n{OLD}\n") == NEW


@pytest.mark.parametrize("header", HEADERS)
def test_a_footer_above_a_header_block_goes_too(header: str) -> None:
    assert new_words(f"{NEW}\n\nEnviado do meu iPhone\n\n{header}\n\n{OLD}\n") == NEW


@pytest.mark.parametrize("footer", single_lines("footers.txt"))
def test_a_footer_goes(footer: str) -> None:
    assert new_words(f"{NEW}\n\n{footer}\n") == NEW


@pytest.mark.parametrize("footer", single_lines("footers.txt"))
def test_a_footer_above_a_quote_goes(footer: str) -> None:
    attribution = "Em 3 de nov. de 2026, à(s) 10:15, Loja Aurora <atendimento@aurora.example> escreveu:"
    assert new_words(f"{NEW}\n\n{footer}\n\n{attribution}\n\n{quoted(OLD)}\n") == NEW


@pytest.mark.parametrize("line", single_lines("new_words.txt"))
@pytest.mark.parametrize(
    "place", ["{line}\n\n{new}", "{new}\n\n{line}\n\nObrigada", "{new}\n\n{line}"], ids=["first", "within", "last"]
)
def test_words_that_look_like_a_programs_stay(line: str, place: str) -> None:
    mail = place.format(line=line, new=NEW)
    assert new_words(mail) == mail


@pytest.mark.parametrize("line", single_lines("new_words.txt"))
def test_words_that_look_like_a_programs_stay_above_a_quote(line: str) -> None:
    mail = f"{NEW}\n\n{line}\n\nObrigada"
    quote = "Em 3 de nov. de 2026, à(s) 10:15, Loja Aurora <atendimento@aurora.example> escreveu:\n\n" + quoted(OLD)
    assert new_words(f"{mail}\n\n{quote}") == mail


@pytest.mark.parametrize("forward", blocks("forwards.txt"))
def test_what_is_forwarded_stays(forward: str) -> None:
    mail = f"Olhem isto, por favor.\n\n{forward}\n\n{OLD}"
    assert new_words(mail) == mail


@pytest.mark.parametrize("header", [case for case in HEADERS if "mark" not in str(case.id)])
def test_a_subject_that_says_forwarded_keeps_everything(header: str) -> None:
    mail = f"Olhem isto, por favor.\n\n{header}\n\n{OLD}"
    assert new_words(mail, forwarded=True) == mail


# Whatever people write: no new word is lost.

WORD = st.text(alphabet="abcçdeğhıijlmnoöprsştuüvyz", min_size=1, max_size=9)
SENTENCE = st.lists(WORD, min_size=1, max_size=12).map(lambda found: " ".join(found).capitalize() + ".")
PARAGRAPHS = st.lists(SENTENCE, min_size=1, max_size=5).map("\n\n".join)
ANSWERS = st.lists(SENTENCE, min_size=1, max_size=5)
ATTRIBUTION = st.sampled_from([str(case.values[0]) for case in ATTRIBUTIONS])
HEADER = st.sampled_from([str(case.values[0]) for case in HEADERS])
WIDTH = st.sampled_from([30, 40, 50, 60, 72, 200])


@given(said=PARAGRAPHS, attribution=ATTRIBUTION, old=PARAGRAPHS, width=WIDTH, marked=st.booleans())
@settings(max_examples=100, deadline=None)
def test_words_above_a_quote_are_never_lost(said: str, attribution: str, old: str, width: int, marked: bool) -> None:
    found = new_words(f"{said}\n\n{narrow(attribution, width)}\n\n{quoted(old) if marked else old}")
    assert found.startswith(said)
    assert found[len(said) :].strip() == ""


@given(said=PARAGRAPHS, header=HEADER, old=PARAGRAPHS)
@settings(max_examples=100, deadline=None)
def test_words_above_a_header_block_are_never_lost(said: str, header: str, old: str) -> None:
    assert new_words(f"{said}\n\n{header}\n\n{old}") == said


@given(answers=ANSWERS, questions=ANSWERS, attribution=ATTRIBUTION)
@settings(max_examples=100, deadline=None)
def test_answers_between_quoted_lines_are_never_lost(
    answers: list[str], questions: list[str], attribution: str
) -> None:
    pairs = [f"> {question}\n\n{answer}" for question, answer in zip(questions, answers, strict=False)]
    found = new_words(attribution + "\n" + "\n\n".join(pairs))
    assert [line for line in found.split("\n") if line] == answers[: len(pairs)]


@given(text=st.text(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_text_is_cut_without_fail_and_never_to_nothing(text: str) -> None:
    found = new_words(text)
    assert bool(found.strip()) or not any(letter.isalnum() for letter in text)


def test_a_name_below_a_footer_is_no_part_of_it() -> None:
    assert new_words("Enviado do meu iPhone\nAna") == "Enviado do meu iPhone\nAna"


@given(
    lines=st.lists(
        st.sampled_from(
            [
                *NEW.split("\n"),
                "> oi",
                ">> oi",
                "-- ",
                "--",
                "___",
                "De: x",
                "Em 3/11/2026",
                "",
                "Enviado do meu iPhone",
            ]
        ),
        max_size=25,
    )
)
@settings(max_examples=150, deadline=None)
def test_new_lines_among_marks_are_never_lost_above_a_signature(lines: list[str]) -> None:
    signature = next((at for at, line in enumerate(lines) if line in {"-- ", "--", "___"}), len(lines))
    said = [line for line in lines[:signature] if line in NEW.split("\n") and line]
    found = new_words("\n".join(lines))
    for line in said:
        assert line in found
