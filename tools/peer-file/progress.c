/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "progress.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define DRAW_INTERVAL (100 * G_TIME_SPAN_MILLISECOND)
#define RATE_INTERVAL G_TIME_SPAN_SECOND
#define DEFAULT_WIDTH 80
#define MIN_BAR 10 /* columns; there is none in less */
#define MAX_BAR 40

struct _Progress
{
  gboolean is_terminal;
  gboolean is_drawn;
  gint64 total;
  guint n_files;
  gint64 size;
  guint n_complete;
  char *name;

  gint64 drawn_at;
  gint64 measured_at;
  gint64 measured_size;
  double rate; /* bytes per second, smoothed */
};

Progress *
progress_new (gboolean is_quiet)
{
  Progress *self = g_new0 (Progress, 1);

  self->is_terminal = !is_quiet && isatty (STDERR_FILENO);
  self->total = -1;

  return self;
}

void
progress_free (Progress *self)
{
  progress_clear (self);
  g_free (self->name);
  g_free (self);
}

void
progress_set_total (Progress *self,
                    gint64 size,
                    guint n_files)
{
  self->total = size;
  self->n_files = n_files;
}

void
progress_skip (Progress *self,
               gint64 size)
{
  self->measured_size += size;
}

static guint
get_width (void)
{
  struct winsize size;

  return ioctl (STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : DEFAULT_WIDTH;
}

/* The columns of a text, when nothing turns it. */
static guint
measure (const char *text)
{
  guint width = 0;

  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar character = g_utf8_get_char (text);

      if (!g_unichar_iszerowidth (character))
        width += g_unichar_iswide (character) ? 2 : 1;
    }

  return width;
}

/* The end of a name in so many columns. */
static char *
fit_name (const char *name,
          guint width)
{
  GString *fitted = g_string_new (NULL);
  const char *start = name;

  while (measure (start) > width)
    start = g_utf8_next_char (start);
  if (start != name && width > 0)
    {
      g_string_append (fitted, "…");
      start = g_utf8_next_char (start);
    }
  g_string_append (fitted, start);
  for (guint used = measure (fitted->str); used < width; used++)
    g_string_append_c (fitted, ' ');

  return g_string_free (fitted, FALSE);
}

static char *
format_time (double seconds)
{
  guint64 whole = (guint64) seconds;

  if (whole >= 3600)
    return g_strdup_printf ("%" G_GUINT64_FORMAT ":%02u:%02u", whole / 3600, (guint) (whole / 60 % 60), (guint) (whole % 60));

  return g_strdup_printf ("%u:%02u", (guint) (whole / 60), (guint) (whole % 60));
}

/* What stands after the bar. */
static char *
format_figures (Progress *self)
{
  g_autofree char *size = g_format_size ((guint64) self->size);
  g_autofree char *rate = g_format_size ((guint64) self->rate);
  GString *figures = g_string_new (NULL);

  if (self->total > 0)
    g_string_append_printf (figures, " %3d %%", (int) (100 * ((double) self->size / (double) self->total)));
  g_string_append_printf (figures, "  %s", size);
  if (self->rate > 0)
    {
      /* Translators: so many bytes per second */
      g_string_append (figures, "  ");
      g_string_append_printf (figures, _ ("%s/s"), rate);
    }
  if (self->rate > 0 && self->total >= self->size)
    {
      g_autofree char *left = format_time ((double) (self->total - self->size) / self->rate);

      g_string_append_printf (figures, "  %s", left);
    }
  if (self->n_files > 1)
    g_string_append_printf (figures, "  %u/%u", self->n_complete, self->n_files);

  return g_string_free (figures, FALSE);
}

static void
append_bar (GString *line,
            Progress *self,
            guint width)
{
  guint full = (guint) ((double) width * ((double) self->size / (double) self->total));

  g_string_append (line, " [");
  for (guint i = 0; i < width; i++)
    g_string_append (line, i < full ? "█" : "·");
  g_string_append_c (line, ']');
}

static void
draw (Progress *self)
{
  guint width = get_width () - 1;
  g_autofree char *figures = format_figures (self);
  guint used = measure (figures);
  guint left = width > used ? width - used : 0;
  guint bar = self->total > 0 && left / 2 >= MIN_BAR + 3 ? MIN (left / 2 - 3, MAX_BAR) : 0;
  guint name_width = MIN (bar > 0 ? left - bar - 3 : left, MAX_BAR);
  g_autofree char *name = fit_name (self->name != NULL ? self->name : "", name_width);
  g_autoptr (GString) line = g_string_new (name);

  if (bar > 0)
    append_bar (line, self, bar);
  g_string_append (line, figures);
  fprintf (stderr, "\r%s\033[K", line->str);
  fflush (stderr);
  self->is_drawn = TRUE;
}

static void
measure_rate (Progress *self,
              gint64 now)
{
  double seconds = (double) (now - self->measured_at) / G_TIME_SPAN_SECOND;
  double rate = (double) (self->size - self->measured_size) / seconds;

  if (self->measured_at > 0 && now - self->measured_at < RATE_INTERVAL)
    return;

  if (self->measured_at > 0)
    self->rate = self->rate > 0 ? 0.7 * self->rate + 0.3 * MAX (rate, 0) : MAX (rate, 0);
  self->measured_at = now;
  self->measured_size = self->size;
}

void
progress_update (Progress *self,
                 gint64 size,
                 const char *name,
                 guint n_complete)
{
  gint64 now = g_get_monotonic_time ();

  self->size = size;
  self->n_complete = n_complete;
  if (g_strcmp0 (self->name, name) != 0)
    {
      g_free (self->name);
      self->name = g_strdup (name);
    }
  measure_rate (self, now);
  if (!self->is_terminal || (self->is_drawn && now - self->drawn_at < DRAW_INTERVAL))
    return;

  self->drawn_at = now;
  draw (self);
}

void
progress_clear (Progress *self)
{
  if (!self->is_drawn)
    return;

  fputs ("\r\033[K", stderr);
  fflush (stderr);
  self->is_drawn = FALSE;
}
