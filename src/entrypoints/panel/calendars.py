"""Conversion of dates to the calendars that a catalogue can name in `X-Calendar`."""

from datetime import date

DAYS_BEFORE_MONTH = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
DAYS_OF_33_YEARS = 12_053
DAYS_OF_4_YEARS = 1_461
YEAR = 365
SIX_LONG_MONTHS = 186


def persian(at: date) -> tuple[int, int, int]:
    """Year, month and day of the solar Hijri calendar, by the 33-year rule, which agrees with the official one from 1925 to 2088."""
    leap_base = at.year + 1 if at.month > 2 else at.year
    days = 355_666 + YEAR * at.year + (leap_base + 3) // 4 - (leap_base + 99) // 100 + (leap_base + 399) // 400
    days += at.day + DAYS_BEFORE_MONTH[at.month - 1]
    year = -1_595 + 33 * (days // DAYS_OF_33_YEARS)
    days %= DAYS_OF_33_YEARS
    year += 4 * (days // DAYS_OF_4_YEARS)
    days %= DAYS_OF_4_YEARS
    if days > YEAR:
        year += (days - 1) // YEAR
        days = (days - 1) % YEAR
    if days < SIX_LONG_MONTHS:
        return year, 1 + days // 31, 1 + days % 31
    return year, 7 + (days - SIX_LONG_MONTHS) // 30, 1 + (days - SIX_LONG_MONTHS) % 30
