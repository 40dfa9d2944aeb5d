/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "histogram.h"

static Histogram histogram;

static void
test_exact (void)
{
  g_test_summary ("Small values have a bucket of their own");

  histogram_reset (&histogram);
  for (guint i = 1; i <= 100; i++)
    histogram_add (&histogram, i);

  g_assert_cmpuint (histogram.n_values, ==, 100);
  g_assert_cmpuint (histogram_get_percentile (&histogram, 0), ==, 1);
  g_assert_cmpuint (histogram_get_percentile (&histogram, 50), ==, 50);
  g_assert_cmpuint (histogram_get_percentile (&histogram, 99), ==, 99);
  g_assert_cmpuint (histogram_get_percentile (&histogram, 99.9), ==, 100);
  g_assert_cmpuint (histogram_get_percentile (&histogram, 100), ==, 100);
}

static void
test_empty (void)
{
  g_test_summary ("Without values every percentile is 0");

  histogram_reset (&histogram);
  g_assert_cmpuint (histogram_get_percentile (&histogram, 50), ==, 0);
  g_assert_cmpuint (histogram_get_percentile (&histogram, 100), ==, 0);
}

static void
test_error (void)
{
  g_test_summary ("A value is found again within 1/128 of itself, up to the largest there is");

  for (guint bit = 0; bit < 64; bit++)
    for (guint i = 0; i < 1000; i++)
      {
        guint64 value = (G_GUINT64_CONSTANT (1) << bit) | ((guint64) g_test_rand_int () << 32 | (guint32) g_test_rand_int ()) >> (63 - bit) >> 1;
        guint64 found;

        histogram_reset (&histogram);
        histogram_add (&histogram, value);
        histogram_add (&histogram, G_MAXUINT64);
        found = histogram_get_percentile (&histogram, 50);

        g_assert_cmpuint (found, >=, value);
        g_assert_cmpuint (found - value, <=, value / 128);
      }
}

static void
test_order (void)
{
  g_test_summary ("A percentile never falls as more is asked for");

  histogram_reset (&histogram);
  for (guint i = 0; i < 10000; i++)
    histogram_add (&histogram, (guint64) g_test_rand_int_range (0, G_MAXINT) * g_test_rand_int_range (1, 1000));

  for (double percentile = 1; percentile <= 100; percentile++)
    g_assert_cmpuint (histogram_get_percentile (&histogram, percentile), >=, histogram_get_percentile (&histogram, percentile - 1));
  g_assert_cmpuint (histogram_get_percentile (&histogram, 100), ==, histogram.maximum);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/bench/histogram/exact", test_exact);
  g_test_add_func ("/bench/histogram/empty", test_empty);
  g_test_add_func ("/bench/histogram/error", test_error);
  g_test_add_func ("/bench/histogram/order", test_order);

  return g_test_run ();
}
