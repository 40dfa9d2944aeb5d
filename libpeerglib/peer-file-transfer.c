/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-file-transfer-private.h"

#include <glib/gi18n-lib.h>

#include "peer-enum-types.h"
#include "peer-error.h"
#include "peer-source-private.h"

/**
 * PeerFileTransfer:
 *
 * A file that goes from one peer to another over a data connection.
 *
 * The sender has it from [method@Peer.DataConnection.send_file_async], the
 * receiver from the signal [signal@Peer.DataConnection::file] and calls
 * [method@Peer.FileTransfer.accept_async],
 * [method@Peer.FileTransfer.accept_stream_async] or
 * [method@Peer.FileTransfer.refuse]. Either side may call
 * [method@Peer.FileTransfer.cancel]. Its properties follow it to its end; all
 * that are under way are in [property@Peer.DataConnection:file-transfers].
 *
 * A transfer does not survive its connection, but what has been received does:
 * the same file accepted for the same place goes on where it was interrupted.
 *
 * The protocol is made of ordinary values, so that a web page can take part: see
 * [File transfers](files.html).
 */
G_DEFINE_FINAL_TYPE (PeerFileTransfer, peer_file_transfer, G_TYPE_OBJECT)

typedef enum
{
  PROP_NAME = 1,
  PROP_DIRECTORY,
  PROP_CONTENT_TYPE,
  PROP_SIZE,
  PROP_MODIFIED,
  PROP_TRANSFERRED,
  PROP_IS_INCOMING,
  PROP_STATE,
} PeerFileTransferProperty;

static GParamSpec *properties[PROP_STATE + 1];

static gboolean
has_ended (PeerFileTransfer *self)
{
  return self->state == PEER_FILE_TRANSFER_STATE_COMPLETE || self->state == PEER_FILE_TRANSFER_STATE_FAILED;
}

gboolean
peer_file_transfer_send (PeerFileTransfer *self,
                         PeerFileMessage *message)
{
  g_autoptr (PeerFileTransfer) keep_alive = g_object_ref (self);
  g_autoptr (GError) error = NULL;

  if (has_ended (self) || self->connection == NULL)
    return FALSE;
  if (!peer_file_transfer_table_send (self->connection->files, message, &error))
    peer_file_transfer_end (self, error);

  return !has_ended (self);
}

gboolean
peer_file_transfer_send_simple (PeerFileTransfer *self,
                                PeerFileMessageType type,
                                const char *reason)
{
  PeerFileMessage message = PEER_FILE_MESSAGE_INIT (type, self->id);

  message.reason = (char *) reason;

  return peer_file_transfer_send (self, &message);
}

void
peer_file_transfer_set_state (PeerFileTransfer *self,
                              PeerFileTransferState state)
{
  if (self->state == state)
    return;

  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

void
peer_file_transfer_set_transferred (PeerFileTransfer *self,
                                    gint64 transferred)
{
  if (self->transferred == transferred)
    return;

  self->transferred = transferred;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TRANSFERRED]);
}

void
peer_file_transfer_set_size (PeerFileTransfer *self,
                             gint64 size)
{
  if (self->size == size)
    return;

  self->size = size;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SIZE]);
}

static gboolean
cancelled_cb (GCancellable *cancellable,
              gpointer user_data)
{
  peer_file_transfer_cancel (user_data);

  return G_SOURCE_REMOVE;
}

void
peer_file_transfer_begin (PeerFileTransfer *self,
                          GTask *task)
{
  GCancellable *cancellable = g_task_get_cancellable (task);

  self->task = g_object_ref (task);
  /* It ends when nothing is under way any more. */
  g_task_set_check_cancellable (task, FALSE);
  if (cancellable == NULL)
    return;

  self->cancelled_source = g_cancellable_source_new (cancellable);
  g_source_set_static_name (self->cancelled_source, "[libpeerglib] file cancelled");
  g_source_set_callback (self->cancelled_source, G_SOURCE_FUNC (cancelled_cb), self, NULL);
  g_source_attach (self->cancelled_source, self->context);
}

/* Lets go of the file, then of the caller. */
static void
settle (PeerFileTransfer *self)
{
  g_autoptr (PeerFilePart) part = g_steal_pointer (&self->part);
  g_autoptr (GTask) task = g_steal_pointer (&self->task);
  g_autoptr (GFile) file = part != NULL && self->error == NULL ? g_object_ref (peer_file_part_get_file (part)) : NULL;

  g_clear_pointer (&part, peer_file_part_unref);
  g_clear_object (&self->input);
  g_clear_object (&self->output);
  g_queue_clear_full (&self->blocks, (GDestroyNotify) g_bytes_unref);
  if (self->progress_data_free != NULL)
    self->progress_data_free (self->progress_data);
  self->progress_callback = NULL;
  self->progress_data_free = NULL;

  if (task == NULL)
    return;
  if (self->error != NULL)
    g_task_return_error (task, g_error_copy (self->error));
  else if (file != NULL)
    g_task_return_pointer (task, g_steal_pointer (&file), g_object_unref);
  else
    g_task_return_boolean (task, TRUE);
}

void
peer_file_transfer_end (PeerFileTransfer *self,
                        const GError *error)
{
  g_autoptr (PeerFileTransfer) keep_alive = g_object_ref (self);

  if (has_ended (self))
    return;

  if (error != NULL)
    self->error = g_error_copy (error);
  self->state = error == NULL ? PEER_FILE_TRANSFER_STATE_COMPLETE : PEER_FILE_TRANSFER_STATE_FAILED;
  peer_source_clear (&self->timer);
  peer_source_clear (&self->cancelled_source);
  g_cancellable_cancel (self->cancellable);
  if (self->connection != NULL)
    peer_file_transfer_table_remove (self->connection->files, self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
  if (!self->is_busy)
    settle (self);
  else if (self->part != NULL)
    peer_file_part_abandon (self->part);
}

static const char *
get_reason (PeerFileTransfer *self,
            const GError *error)
{
  if (error->domain == PEER_ERROR)
    return error->message;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE))
    return _ ("there is no space left for it");

  return self->is_incoming ? _ ("it could not be stored") : _ ("it could not be read");
}

void
peer_file_transfer_fail (PeerFileTransfer *self,
                         const GError *error)
{
  peer_file_transfer_send_simple (self, PEER_FILE_MESSAGE_ERROR, get_reason (self, error));
  peer_file_transfer_end (self, error);
}

gboolean
peer_file_transfer_end_busy (PeerFileTransfer *self)
{
  self->is_busy = FALSE;
  if (has_ended (self))
    settle (self);

  return !has_ended (self);
}

/**
 * peer_file_transfer_refuse:
 * @self: a file that the other peer offers
 * @reason: (nullable): why, for people at the other side
 *
 * Refuses a file. Once it is accepted, it is cancelled.
 *
 * Sends a `refuse` message of the protocol of file transfers; the sender's
 * operation ends with `PEER_ERROR_REFUSED`.
 */
void
peer_file_transfer_refuse (PeerFileTransfer *self,
                           const char *reason)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (PEER_IS_FILE_TRANSFER (self));
  g_return_if_fail (self->is_incoming);

  if (has_ended (self))
    return;
  if (self->state != PEER_FILE_TRANSFER_STATE_OFFERED || self->task != NULL)
    {
      peer_file_transfer_cancel (self);
      return;
    }

  peer_file_transfer_send_simple (self, PEER_FILE_MESSAGE_REFUSE, reason);
  error = g_error_new_literal (PEER_ERROR, PEER_ERROR_REFUSED, _ ("The file was refused"));
  peer_file_transfer_end (self, error);
}

/**
 * peer_file_transfer_cancel:
 * @self: a file transfer
 *
 * Ends a transfer, whichever side this is. What has been received stays, to be
 * gone on with another time.
 *
 * Sends a `cancel` message of the protocol of file transfers. The operation on
 * this side ends with `G_IO_ERROR_CANCELLED`, on the other with
 * `PEER_ERROR_ABORTED`. Does nothing when the transfer has ended.
 */
void
peer_file_transfer_cancel (PeerFileTransfer *self)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (PEER_IS_FILE_TRANSFER (self));

  if (has_ended (self))
    return;

  if (self->state != PEER_FILE_TRANSFER_STATE_WAITING)
    peer_file_transfer_send_simple (self, PEER_FILE_MESSAGE_CANCEL, NULL);
  error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("The transfer was cancelled"));
  peer_file_transfer_end (self, error);
}

/**
 * peer_file_transfer_get_name: (get-property name)
 * @self: a file transfer
 *
 * Gets the name of the file, without any directory.
 *
 * Returns: the name
 */
const char *
peer_file_transfer_get_name (PeerFileTransfer *self)
{
  g_return_val_if_fail (PEER_IS_FILE_TRANSFER (self), NULL);

  return self->name;
}

/**
 * peer_file_transfer_get_directory: (get-property directory)
 * @self: a file transfer
 *
 * Gets where the file belongs, below the directory it is received in.
 *
 * Returns: (nullable): names with slashes between them
 */
const char *
peer_file_transfer_get_directory (PeerFileTransfer *self)
{
  g_return_val_if_fail (PEER_IS_FILE_TRANSFER (self), NULL);

  return self->directory;
}

/**
 * peer_file_transfer_get_content_type: (get-property content-type)
 * @self: a file transfer
 *
 * Gets the media type that the sender says the file has.
 *
 * Returns: (nullable): the media type
 */
const char *
peer_file_transfer_get_content_type (PeerFileTransfer *self)
{
  g_return_val_if_fail (PEER_IS_FILE_TRANSFER (self), NULL);

  return self->content_type;
}

/**
 * peer_file_transfer_get_size: (get-property size)
 * @self: a file transfer
 *
 * Gets the size of the file.
 *
 * Returns: the size in bytes, -1 while it is not known
 */
gint64
peer_file_transfer_get_size (PeerFileTransfer *self)
{
  g_return_val_if_fail (PEER_IS_FILE_TRANSFER (self), -1);

  return self->size;
}

/**
 * peer_file_transfer_get_modified: (get-property modified)
 * @self: a file transfer
 *
 * Gets when the file was modified, as the sender says.
 *
 * Returns: (transfer none) (nullable): a time in UTC
 */
GDateTime *
peer_file_transfer_get_modified (PeerFileTransfer *self)
{
  g_return_val_if_fail (PEER_IS_FILE_TRANSFER (self), NULL);

  if (self->modified_time == NULL && self->modified >= 0)
    {
      g_autoptr (GDateTime) seconds = g_date_time_new_from_unix_utc (self->modified / 1000);

      if (seconds != NULL)
        self->modified_time = g_date_time_add (seconds, self->modified % 1000 * G_TIME_SPAN_MILLISECOND);
    }

  return self->modified_time;
}

/**
 * peer_file_transfer_get_transferred: (get-property transferred)
 * @self: a file transfer
 *
 * Gets how much of the file the receiver has stored, what it had from an
 * earlier transfer included.
 *
 * Returns: the number of bytes
 */
gint64
peer_file_transfer_get_transferred (PeerFileTransfer *self)
{
  g_return_val_if_fail (PEER_IS_FILE_TRANSFER (self), 0);

  return self->transferred;
}

/**
 * peer_file_transfer_get_is_incoming: (get-property is-incoming)
 * @self: a file transfer
 *
 * Gets whether this side receives the file.
 *
 * Returns: whether the file comes in
 */
gboolean
peer_file_transfer_get_is_incoming (PeerFileTransfer *self)
{
  g_return_val_if_fail (PEER_IS_FILE_TRANSFER (self), FALSE);

  return self->is_incoming;
}

/**
 * peer_file_transfer_get_state: (get-property state)
 * @self: a file transfer
 *
 * Gets how far the transfer is.
 *
 * Returns: the state
 */
PeerFileTransferState
peer_file_transfer_get_state (PeerFileTransfer *self)
{
  g_return_val_if_fail (PEER_IS_FILE_TRANSFER (self), PEER_FILE_TRANSFER_STATE_FAILED);

  return self->state;
}

/**
 * peer_file_transfer_get_error:
 * @self: a file transfer
 *
 * Gets why the transfer failed.
 *
 * Returns: (nullable): the error, of the same kinds as those of
 *   [method@Peer.FileTransfer.accept_finish] and
 *   [method@Peer.DataConnection.send_file_finish]
 */
const GError *
peer_file_transfer_get_error (PeerFileTransfer *self)
{
  g_return_val_if_fail (PEER_IS_FILE_TRANSFER (self), NULL);

  return self->error;
}

static void
peer_file_transfer_get_property (GObject *object,
                                 guint prop_id,
                                 GValue *value,
                                 GParamSpec *pspec)
{
  PeerFileTransfer *self = PEER_FILE_TRANSFER (object);

  switch ((PeerFileTransferProperty) prop_id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_DIRECTORY:
      g_value_set_string (value, self->directory);
      break;
    case PROP_CONTENT_TYPE:
      g_value_set_string (value, self->content_type);
      break;
    case PROP_SIZE:
      g_value_set_int64 (value, self->size);
      break;
    case PROP_MODIFIED:
      g_value_set_boxed (value, peer_file_transfer_get_modified (self));
      break;
    case PROP_TRANSFERRED:
      g_value_set_int64 (value, self->transferred);
      break;
    case PROP_IS_INCOMING:
      g_value_set_boolean (value, self->is_incoming);
      break;
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
peer_file_transfer_finalize (GObject *object)
{
  PeerFileTransfer *self = PEER_FILE_TRANSFER (object);

  g_assert (self->task == NULL && self->timer == NULL);

  g_clear_weak_pointer (&self->connection);
  g_main_context_unref (self->context);
  g_free (self->id);
  g_free (self->name);
  g_free (self->directory);
  g_free (self->content_type);
  g_clear_pointer (&self->modified_time, g_date_time_unref);
  g_clear_error (&self->error);
  g_object_unref (self->cancellable);
  g_clear_pointer (&self->sha256, peer_sha256_free);
  g_clear_pointer (&self->sender, peer_file_sender_free);
  g_clear_pointer (&self->receiver, peer_file_receiver_free);
  g_ptr_array_unref (self->writing);

  G_OBJECT_CLASS (peer_file_transfer_parent_class)->finalize (object);
}

static void
peer_file_transfer_class_init (PeerFileTransferClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = peer_file_transfer_get_property;
  object_class->finalize = peer_file_transfer_finalize;

  /**
   * PeerFileTransfer:name: (getter get_name)
   *
   * The name of the file, without any directory. It is at most 240 bytes of
   * UTF-8 and safe to use: it has no slashes, backslashes, control characters
   * or marks that turn the direction of text; it does not end in a dot, a space or
   * `.peer-part`; and it is not the name of a device.
   */
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);

  /**
   * PeerFileTransfer:directory: (getter get_directory)
   *
   * Where the file belongs, below the directory it is received in: such names
   * with slashes between them, or %NULL.
   */
  properties[PROP_DIRECTORY] = g_param_spec_string ("directory", NULL, NULL, NULL, flags);

  /**
   * PeerFileTransfer:content-type: (getter get_content_type)
   *
   * The media type that the sender says the file has, or %NULL.
   */
  properties[PROP_CONTENT_TYPE] = g_param_spec_string ("content-type", NULL, NULL, NULL, flags);

  /**
   * PeerFileTransfer:size: (getter get_size)
   *
   * The size of the file in bytes, -1 while it is not known.
   */
  properties[PROP_SIZE] = g_param_spec_int64 ("size", NULL, NULL, -1, PEER_FILE_MAX_SIZE, -1, flags);

  /**
   * PeerFileTransfer:modified: (getter get_modified)
   *
   * When the file was modified, as the sender says, or %NULL.
   */
  properties[PROP_MODIFIED] = g_param_spec_boxed ("modified", NULL, NULL, G_TYPE_DATE_TIME, flags);

  /**
   * PeerFileTransfer:transferred: (getter get_transferred)
   *
   * How many bytes of the file the receiver has stored.
   */
  properties[PROP_TRANSFERRED] = g_param_spec_int64 ("transferred", NULL, NULL, 0, PEER_FILE_MAX_SIZE, 0, flags);

  /**
   * PeerFileTransfer:is-incoming: (getter get_is_incoming)
   *
   * Whether this side receives the file.
   */
  properties[PROP_IS_INCOMING] = g_param_spec_boolean ("is-incoming", NULL, NULL, FALSE, flags);

  /**
   * PeerFileTransfer:state: (getter get_state)
   *
   * How far the transfer is.
   */
  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, PEER_TYPE_FILE_TRANSFER_STATE,
                                              PEER_FILE_TRANSFER_STATE_WAITING, flags);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
peer_file_transfer_init (PeerFileTransfer *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->size = -1;
  self->modified = -1;
  self->cancellable = g_cancellable_new ();
  self->writing = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
}
