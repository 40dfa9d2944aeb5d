/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "peer-number-private.h"

#define MAX_DIGITS 17

/* A Date's range is 100,000,000 days around 1970. */
#define MAX_DATE (G_GINT64_CONSTANT (8640000000000000) * 1000)

/* 0.DIGITS times ten to the exponent. */
typedef struct
{
  char digits[MAX_DIGITS + 1];
  int n_digits;
  int exponent;
} Decimal;

static gboolean
reads_back (const Decimal *decimal,
            double number)
{
  char text[PEER_NUMBER_SIZE];

  g_snprintf (text, sizeof text, "0.%se%d", decimal->digits, decimal->exponent);

  return g_ascii_strtod (text, NULL) == number;
}

static void
set_digits (Decimal *decimal,
            double number,
            int n_digits)
{
  char text[PEER_NUMBER_SIZE];
  char format[8];

  g_snprintf (format, sizeof format, "%%.%de", n_digits - 1);
  g_ascii_formatd (text, sizeof text, format, number);

  decimal->n_digits = n_digits;
  decimal->digits[0] = text[0];
  if (n_digits > 1)
    memcpy (decimal->digits + 1, text + 2, (gsize) n_digits - 1);
  decimal->digits[n_digits] = '\0';
  decimal->exponent = (int) g_ascii_strtoll (strchr (text, 'e') + 1, NULL, 10) + 1;
}

/* The next larger number of as many digits, unless it needs a carry to
 * another digit than the last: then a shorter one would have been found. */
static gboolean
increment_last_digit (Decimal *decimal)
{
  char *last = &decimal->digits[decimal->n_digits - 1];

  if (*last == '9')
    return FALSE;
  (*last)++;

  return TRUE;
}

/* Finds the fewest digits that read back; number is positive. Fifteen always
 * survive the way there and back for a normal number, so fewer than that show
 * as zeros at their end. Below a power of two the numbers lie closer together
 * than above it, so there the nearest decimal may not read back when the next
 * larger one does. */
static void
find_digits (Decimal *decimal,
             double number)
{
  int unused;
  gboolean is_power_of_two = frexp (number, &unused) == 0.5;

  for (int n = number < DBL_MIN ? 1 : DBL_DIG; n < MAX_DIGITS; n++)
    {
      set_digits (decimal, number, n);
      if (reads_back (decimal, number) ||
          (is_power_of_two && increment_last_digit (decimal) && reads_back (decimal, number)))
        break;
      if (n == MAX_DIGITS - 1)
        set_digits (decimal, number, MAX_DIGITS);
    }

  while (decimal->n_digits > 1 && decimal->digits[decimal->n_digits - 1] == '0')
    decimal->digits[--decimal->n_digits] = '\0';
}

/* The four forms of ECMAScript's Number::toString. */
static gsize
format_decimal (const Decimal *decimal,
                char *output)
{
  const char *digits = decimal->digits;
  int n = decimal->n_digits;
  int point = decimal->exponent;

  if (n <= point && point <= 21)
    return (gsize) g_snprintf (output, PEER_NUMBER_SIZE, "%s%.*s", digits, point - n, "00000000000000000000");
  if (point > 0 && point <= 21)
    return (gsize) g_snprintf (output, PEER_NUMBER_SIZE, "%.*s.%s", point, digits, digits + point);
  if (point > -6 && point <= 0)
    return (gsize) g_snprintf (output, PEER_NUMBER_SIZE, "0.%.*s%s", -point, "000000", digits);

  return (gsize) g_snprintf (output, PEER_NUMBER_SIZE, "%c%s%se%+d",
                             digits[0], n > 1 ? "." : "", digits + 1, point - 1);
}

gsize
peer_number_print (double number,
                   char buffer[PEER_NUMBER_SIZE])
{
  gsize sign = 0;
  Decimal decimal;

  if (isnan (number))
    return (gsize) g_snprintf (buffer, PEER_NUMBER_SIZE, "NaN");
  if (isinf (number))
    return (gsize) g_snprintf (buffer, PEER_NUMBER_SIZE, "%s", number < 0 ? "-Infinity" : "Infinity");
  if (fabs (number) < 1e15 && number == trunc (number))
    return (gsize) g_snprintf (buffer, PEER_NUMBER_SIZE, "%" G_GINT64_FORMAT, (gint64) number);

  if (number < 0)
    buffer[sign++] = '-';
  find_digits (&decimal, fabs (number));

  return sign + format_decimal (&decimal, buffer + sign);
}

gint64
peer_date_split (gint64 microseconds,
                 guint32 *remainder)
{
  gint64 seconds = microseconds / G_USEC_PER_SEC;
  gint64 rest = microseconds % G_USEC_PER_SEC;

  if (rest < 0)
    {
      seconds--;
      rest += G_USEC_PER_SEC;
    }
  *remainder = (guint32) rest;

  return seconds;
}

/* Days since 1970 to a date of the Gregorian calendar, proleptic as
 * JavaScript's; GDateTime knows the years from 1 to 9999 only. The count
 * starts at March 1st of year 0, so that leap days come last. */
static void
get_civil_date (gint64 days,
                gint64 *year,
                guint *month,
                guint *day)
{
  const gint64 days_per_era = 146097; /* of 400 years */
  gint64 era;
  gint64 day_of_era;
  gint64 year_of_era;
  gint64 day_of_year;
  gint64 shifted_month;

  days += 719468;
  era = (days >= 0 ? days : days - days_per_era + 1) / days_per_era;
  day_of_era = days - era * days_per_era;
  year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  shifted_month = (5 * day_of_year + 2) / 153;

  *day = (guint) (day_of_year - (153 * shifted_month + 2) / 5 + 1);
  *month = (guint) (shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  *year = year_of_era + era * 400 + (*month <= 2 ? 1 : 0);
}

gboolean
peer_date_print (gint64 microseconds,
                 char buffer[PEER_DATE_SIZE])
{
  const gint64 seconds_per_day = 24 * 60 * 60;
  guint32 fraction;
  gint64 seconds = peer_date_split (microseconds, &fraction);
  gint64 days = (seconds >= 0 ? seconds : seconds - seconds_per_day + 1) / seconds_per_day;
  guint second_of_day = (guint) (seconds - days * seconds_per_day);
  char year_text[16];
  gint64 year;
  guint month;
  guint day;

  if (microseconds > MAX_DATE || microseconds < -MAX_DATE)
    return FALSE;

  get_civil_date (days, &year, &month, &day);
  if (year < 0 || year > 9999)
    g_snprintf (year_text, sizeof year_text, "%+07" G_GINT64_FORMAT, year);
  else
    g_snprintf (year_text, sizeof year_text, "%04" G_GINT64_FORMAT, year);
  g_snprintf (buffer, PEER_DATE_SIZE, "%s-%02u-%02uT%02u:%02u:%02u.%03uZ", year_text, month, day,
              second_of_day / 3600, second_of_day / 60 % 60, second_of_day % 60, fraction / 1000);

  return TRUE;
}
