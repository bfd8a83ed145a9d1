"""What agents may choose from: reasons for a pause, and dispositions of a call.

Both lists come with defaults that a centre can work with on the first day; a list in the settings
replaces the default list as a whole. Codes are stored with calls and spans and must not change
their meaning; the words beside them are only shown. The words are data in three languages, so
that a page never shows a code.
"""

from __future__ import annotations

from typing import Annotated as An

from msgspec import Meta, Struct

_Code = Meta(
    min_length=1,
    max_length=32,
    pattern=r"^[a-z][a-z0-9_]*$",
    title="small letters, digits and _, a letter first",
)


class PauseReason(Struct, frozen=True, kw_only=True):
    """Why an agent is away."""

    code: An[
        str,
        _Code,
        Meta(description="Stored with the pause and sent to Asterisk; small letters, digits, _."),
    ]
    en: An[str, Meta(min_length=1, description="The word on English pages.")]
    fa: An[str, Meta(min_length=1, description="The word on Persian pages.")]
    he: An[str, Meta(min_length=1, description="The word on Hebrew pages.")]
    limit_s: An[
        An[int, Meta(ge=1, le=86_400)] | None,
        Meta(description="Seconds after which the pause is shown as too long."),
    ] = None


class Disposition(Struct, frozen=True, kw_only=True):
    """What came of a call."""

    code: An[str, _Code, Meta(description="Stored with the call; small letters, digits, _.")]
    resolved: An[
        bool,
        Meta(description="Whether this choice marks the call as resolved."),
    ]
    en: An[str, Meta(min_length=1, description="The word on English pages.")]
    fa: An[str, Meta(min_length=1, description="The word on Persian pages.")]
    he: An[str, Meta(min_length=1, description="The word on Hebrew pages.")]
    resolvable_here: An[
        bool,
        Meta(description="false leaves the call out of the net flagged first-call resolution."),
    ] = True
    reason: An[
        str,
        Meta(
            description="What the contact was about, when the code says it: two calls with "
            "different reasons are no repeat of each other. Empty: it does not say."
        ),
    ] = ""


def _pause(code: str, en: str, fa: str, he: str, limit_s: int | None = None) -> PauseReason:
    return PauseReason(code=code, en=en, fa=fa, he=he, limit_s=limit_s)


def _came(
    code: str, resolved: bool, en: str, fa: str, he: str, *, here: bool = True
) -> Disposition:
    return Disposition(code=code, resolved=resolved, en=en, fa=fa, he=he, resolvable_here=here)


PAUSE_REASONS = (
    _pause("break", "Break", "استراحت", "הפסקה", 900),
    _pause("lunch", "Lunch", "ناهار", "ארוחת צהריים", 1800),
    _pause("training", "Training", "آموزش", "הדרכה", 3600),
    _pause("meeting", "Meeting", "جلسه", "פגישה", 3600),
    _pause("paperwork", "Paperwork", "کار اداری", "עבודת משרד", 1800),
)

DISPOSITIONS = (
    _came("resolved", True, "Resolved", "حل شد", "נפתר"),
    _came("information", True, "Information given", "اطلاع‌رسانی شد", "נמסר מידע"),
    _came("order", True, "Order taken", "سفارش ثبت شد", "נקלטה הזמנה"),
    _came("call_back", False, "To be called back", "باید تماس گرفته شود", "יש לחזור ללקוח"),
    _came("escalated", False, "Passed on", "ارجاع شد", "הועבר לטיפול"),
    _came("unresolved", False, "Not resolved", "حل نشد", "לא נפתר"),
    _came("wrong_number", True, "Wrong number", "شماره اشتباه", "מספר שגוי", here=False),
)


class Desk(Struct, frozen=True, kw_only=True):
    """The lists on the agent's desktop."""

    pause_reasons: An[
        tuple[PauseReason, ...], Meta(description="Reasons for a pause, in the order of the menu.")
    ] = PAUSE_REASONS
    dispositions: An[
        tuple[Disposition, ...],
        Meta(description="Dispositions, in the order of the keys 1 to 9 on the desktop."),
    ] = DISPOSITIONS
