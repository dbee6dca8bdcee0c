"""What a register may hold: the blocks of the KAA report, the participants' list, and what the law refuses."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["BLOCKS", "CATEGORIES", "KINDS", "UNKNOWN", "Field", "fields_of", "required_of"]

UNKNOWN = "unknown"
KINDS = ("kaa", "participants", "list")
BLOCKS = {
    1: "Obligatoriska uppgifter",
    2: "Kontakt",
    3: "Åtgärd påbörjas",
    4: "Åtgärd avslutas",
    5: "Ansvaret upphör",
}


@dataclass(frozen=True)
class Field:
    """One thing that a register tells of a person."""

    id: str
    label: str
    """What a Swedish reader calls it."""
    kind: str
    """``number`` (personnummer), ``date``, ``code``, ``kommun`` or ``amount``."""
    block: int = 1
    words: tuple[str, ...] = ()
    """Headings, folded, that case systems use for it."""
    categories: str = ""
    """Which of :data:`CATEGORIES` a code is one of."""
    required: bool = False


_YES = {"yes": ("ja", "j", "1", "true", "sant", "x"), "no": ("nej", "n", "0", "false", "falskt")}
CATEGORIES: dict[str, dict[str, tuple[str, ...]]] = {
    "schooling": {
        "compulsory_only": ("bara grundskola", "endast grundskola", "grundskola"),
        "dropped_national": ("avbrott nationellt program", "avbrutit nationellt program", "avbrott"),
        "study_certificate": ("studiebevis",),
        "im": ("im", "introduktionsprogram"),
        "never_studied": ("aldrig studerat", "ingen utbildning"),
    },
    "school_form": {
        "national": ("nationellt program", "np", "gymnasieskola", "anpassad gymnasieskola", "gymnasiesarskola"),
        "im": ("im", "introduktionsprogram"),
    },
    "occupation": {
        "work": ("arbete", "arbetar", "anstallning", "jobb"),
        "education": ("utbildning", "studier", "studerar"),
        "none": ("ingen", "ingen sysselsattning", "utan sysselsattning"),
    },
    "measure_type": {
        "im_studies": ("im", "im-studier", "introduktionsprogram"),
        "guidance": ("syv", "studie- och yrkesvagledning", "vagledning"),
        "practice": ("praktik",),
        "folk_high_school": ("folkhogskola",),
        "other": ("annan", "annan atgard", "annat", "ovrigt"),
    },
    "measure_reason": {
        "completed": ("fullfoljd", "genomford", "avslutad"),
        "interrupted": ("avbruten", "avbrott"),
        "other": ("annan", "annat", "ovrigt"),
    },
    "closed_reason": {
        "national": ("borjat nationellt program", "nationellt program", "np"),
        "im": ("borjat im", "im", "introduktionsprogram"),
        "turned_20": ("fyllt 20", "fyllt 20 ar", "20 ar"),
        "moved": ("flyttat", "flyttat fran kommunen", "utflyttad"),
        "completed": ("fullfoljt", "gymnasieexamen", "examen"),
        "other": ("annan", "annat", "ovrigt"),
    },
    "end_reason": {
        "work": ("arbete", "jobb", "anstallning"),
        "study": ("studier", "utbildning", "studerar"),
        "other": ("annan", "annat", "ovrigt", "avbrott", "avbrutit", "flyttat"),
    },
    "place": {
        "same": ("samma", "samma kommun", "hemkommunen", "inom kommunen"),
        "elsewhere": ("annan", "annan kommun", "annan ort", "utanfor kommunen"),
    },
    "yes_no": _YES,
}
"""Our categories, with the folded words that case systems use; ``unknown`` goes with all of them."""

_NUMBER = Field(
    "personnummer",
    "Personnummer",
    "number",
    words=("personnummer", "pnr", "person nr", "personnr", "personnummer/samordningsnummer"),
    required=True,
)
_EARLIER = Field(
    "earlier_number",
    "Tidigare personnummer eller samordningsnummer",
    "number",
    words=("tidigare personnummer", "tidigare samordningsnummer", "tidigare pnr", "gammalt personnummer"),
)
_KOMMUN = Field("kommun", "Kommun", "kommun", words=("kommun", "kommunkod", "hemkommun"))
_KAA = (
    _NUMBER,
    _EARLIER,
    _KOMMUN,
    Field(
        "registered",
        "Registreringsdatum",
        "date",
        words=("registreringsdatum", "registrerad", "inskriven", "inskrivningsdatum", "startdatum", "kaa fran"),
        required=True,
    ),
    Field(
        "schooling",
        "Senaste sysselsättning i form av utbildning",
        "code",
        words=("senaste sysselsattning", "senaste utbildning", "tidigare skolgang", "senaste skolsysselsattning"),
        categories="schooling",
    ),
    Field("compulsory_end", "Skolplikten upphörde", "date", words=("skolplikt upphor", "skolplikt till")),
    Field(
        "resident_from", "Folkbokförd från", "date", words=("folkbokford fran", "inflyttad", "inflyttningsdatum")
    ),
    Field("resident_to", "Folkbokförd till", "date", words=("folkbokford till", "utflyttad", "utflyttningsdatum")),
    Field("school_from", "Gymnasiestudier från", "date", words=("gymnasiestudier fran", "studier fran")),
    Field("school_to", "Gymnasiestudier till", "date", words=("gymnasiestudier till", "studier till")),
    Field(
        "school_form",
        "Gymnasiestudiernas form",
        "code",
        words=("studieform", "programform"),
        categories="school_form",
    ),
    Field("examen", "Gymnasieexamen", "date", words=("gymnasieexamen", "examensdatum", "examen")),
    Field("contact_date", "Kontaktdatum", "date", 2, words=("kontaktdatum", "senaste kontakt", "kontakt")),
    Field(
        "contact_occupation",
        "Sysselsättning vid kontakt",
        "code",
        2,
        words=("sysselsattning vid kontakt", "sysselsattning", "nuvarande sysselsattning"),
        categories="occupation",
    ),
    Field(
        "measure_from",
        "Åtgärd påbörjad",
        "date",
        3,
        words=("atgard paborjad", "atgard fran", "atgard start", "insats fran", "insats start"),
    ),
    Field(
        "measure_type",
        "Typ av åtgärd",
        "code",
        3,
        words=("atgardstyp", "typ av atgard", "atgard", "insats"),
        categories="measure_type",
    ),
    Field(
        "measure_to",
        "Åtgärd avslutad",
        "date",
        4,
        words=("atgard avslutad", "atgard till", "atgard slut", "insats till", "insats slut"),
    ),
    Field(
        "measure_reason",
        "Grund för upphörd åtgärd",
        "code",
        4,
        words=("grund for upphord atgard", "avslutsorsak atgard"),
        categories="measure_reason",
    ),
    Field(
        "measure_after",
        "Sysselsättning efter åtgärd",
        "code",
        4,
        words=("sysselsattning efter atgard",),
        categories="occupation",
    ),
    Field(
        "closed",
        "Ansvaret upphörde",
        "date",
        5,
        words=("avregistreringsdatum", "avregistrerad", "avslutad", "slutdatum", "utskriven", "kaa till"),
    ),
    Field(
        "closed_reason",
        "Grund för avregistrering",
        "code",
        5,
        words=("avregistreringsorsak", "grund for avregistrering", "avslutsorsak", "orsak till avslut"),
        categories="closed_reason",
    ),
    Field(
        "closed_to",
        "Sysselsättning vid avregistrering",
        "code",
        5,
        words=("sysselsattning vid avregistrering", "avslutad till"),
        categories="occupation",
    ),
)
_PARTICIPANTS = (
    _NUMBER,
    _EARLIER,
    _KOMMUN,
    Field(
        "start", "Start", "date", words=("start", "startdatum", "inskriven", "inskrivningsdatum"), required=True
    ),
    Field("end", "Avslut", "date", words=("slut", "slutdatum", "avslut", "avslutad", "avslutsdatum")),
    Field(
        "end_reason",
        "Avslutsorsak",
        "code",
        words=("avslutsorsak", "orsak till avslut", "avslutad till"),
        categories="end_reason",
    ),
    Field(
        "place",
        "Ort för arbete eller studier",
        "code",
        words=("ort", "plats", "arbetsort", "studieort"),
        categories="place",
    ),
    Field(
        "had_examen", "Gymnasieexamen vid start", "code", words=("gymnasieexamen", "examen"), categories="yes_no"
    ),
    Field("study_plan", "Studieplan", "code", words=("studieplan", "har studieplan"), categories="yes_no"),
    Field("study_plan_from", "Studieplan sedan", "date", words=("studieplan sedan", "studieplan fran")),
    Field(
        "assistance_start",
        "Ekonomiskt bistånd vid start",
        "code",
        words=("ekonomiskt bistand vid start", "forsorjningsstod vid start", "bistand vid start"),
        categories="yes_no",
    ),
    Field(
        "assistance_now",
        "Ekonomiskt bistånd nu",
        "code",
        words=("ekonomiskt bistand nu", "forsorjningsstod nu", "bistand nu"),
        categories="yes_no",
    ),
    Field(
        "assistance_to",
        "Ekonomiskt bistånd till",
        "date",
        words=("ekonomiskt bistand till", "forsorjningsstod till", "bistand till"),
    ),
    Field("first_contact", "Första kontakt", "date", words=("forsta kontakt", "forsta kontakten")),
    Field("first_measure", "Första insats", "date", words=("forsta insats", "forsta atgard", "insats start")),
    Field("cost", "Bokförd kostnad, kronor", "amount", words=("kostnad", "bokford kostnad", "kostnad kr")),
    Field("followed_up", "Uppföljd", "date", words=("uppfoljd", "uppfoljningsdatum", "uppfoljning")),
    Field(
        "followed_up_occupation",
        "Sysselsättning vid uppföljning",
        "code",
        words=("sysselsattning vid uppfoljning",),
        categories="occupation",
    ),
)
_LIST = (
    _NUMBER,
    _EARLIER,
    _KOMMUN,
    Field("start", "Från", "date", words=("start", "startdatum", "fran", "inskriven", "inskrivningsdatum")),
    Field("end", "Till", "date", words=("slut", "slutdatum", "till", "avslut", "avslutsdatum")),
)
"""A list of who is in a target group, and when: all that is needed to count the group out of several lists."""
_FIELDS = {"kaa": _KAA, "participants": _PARTICIPANTS, "list": _LIST}


def fields_of(kind: str) -> dict[str, Field]:
    """Return the fields of a kind of register by id.

    Examples
    --------
    >>> fields_of("kaa")["closed"].block, len(fields_of("participants"))
    (5, 18)
    """
    return {field.id: field for field in _FIELDS[kind]}


def required_of(kind: str) -> tuple[str, ...]:
    """Return the ids of the fields without which nothing can be counted."""
    return tuple(field.id for field in _FIELDS[kind] if field.required)
