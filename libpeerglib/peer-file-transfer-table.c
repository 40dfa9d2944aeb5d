/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-file-transfer-table-private.h"

#include <glib/gi18n-lib.h>

#include "peer-error.h"
#include "peer-file-transfer-private.h"

/* Bytes of pieces that wait for the network: little enough for other values
 * to get through soon, enough to keep it busy. */
#define SEND_AHEAD (512 * 1024)

/* Bytes that may wait beyond those of values. */
#define SEND_HEADROOM (1024 * 1024)

/* Files on their way at once; the others sent wait, the others offered by the
 * other side are refused. */
#define MAX_OUTGOING 8
#define MAX_INCOMING 32

/* Milliseconds for the application to accept a file. */
#define ACCEPT_TIMEOUT (5 * 60 * 1000)

struct _PeerFileTransferTable
{
  PeerDataConnection *connection; /* owns this */
  GListStore *transfers;          /* of PeerFileTransfer */
  GHashTable *by_id;              /* borrowed */
  GQueue waiting;                 /* borrowed, to be offered */
  GPtrArray *outgoing;            /* offered or on their way */
  guint n_incoming;
  guint timeout;
  gboolean is_pumping;
  gboolean is_closed;
};

PeerFileTransferTable *
peer_file_transfer_table_new (PeerDataConnection *connection)
{
  PeerFileTransferTable *self = g_new0 (PeerFileTransferTable, 1);

  self->connection = connection;
  self->transfers = g_list_store_new (PEER_TYPE_FILE_TRANSFER);
  self->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  self->outgoing = g_ptr_array_new_with_free_func (g_object_unref);
  self->timeout = ACCEPT_TIMEOUT;

  return self;
}

void
peer_file_transfer_table_free (PeerFileTransferTable *self)
{
  g_assert (g_hash_table_size (self->by_id) == 0);

  g_object_unref (self->transfers);
  g_hash_table_unref (self->by_id);
  g_ptr_array_unref (self->outgoing);
  g_free (self);
}

static void
offer_waiting (PeerFileTransferTable *self)
{
  while (!self->is_closed && self->outgoing->len < MAX_OUTGOING && !g_queue_is_empty (&self->waiting))
    {
      PeerFileTransfer *transfer = g_queue_pop_head (&self->waiting);

      g_ptr_array_add (self->outgoing, g_object_ref (transfer));
      peer_file_transfer_offer (transfer);
    }
}

void
peer_file_transfer_table_add (PeerFileTransferTable *self,
                              PeerFileTransfer *transfer)
{
  g_hash_table_insert (self->by_id, transfer->id, transfer);
  g_list_store_append (self->transfers, transfer);
  if (transfer->is_incoming)
    self->n_incoming++;
  else
    g_queue_push_tail (&self->waiting, transfer);
  offer_waiting (self);
}

void
peer_file_transfer_table_remove (PeerFileTransferTable *self,
                                 PeerFileTransfer *transfer)
{
  guint position;

  if (!g_hash_table_remove (self->by_id, transfer->id))
    return;

  if (transfer->is_incoming)
    self->n_incoming--;
  else if (!g_ptr_array_remove (self->outgoing, transfer))
    g_queue_remove (&self->waiting, transfer);
  if (g_list_store_find (self->transfers, transfer, &position))
    g_list_store_remove (self->transfers, position);
  offer_waiting (self);
}

gboolean
peer_file_transfer_table_send (PeerFileTransferTable *self,
                               const PeerFileMessage *message,
                               GError **error)
{
  guint64 limit = peer_data_connection_get_max_buffered_amount (self->connection);
  g_autoptr (GVariant) value = NULL;

  if (!peer_data_connection_check_can_send (self->connection, error))
    return FALSE;
  if (limit > 0 && peer_data_connection_get_buffered_amount (self->connection) > limit + SEND_HEADROOM)
    {
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED, _ ("The other peer takes none of the answers that it asks for"));
      return FALSE;
    }

  value = g_variant_ref_sink (peer_file_message_to_value (message));

  return peer_data_connection_send_now (self->connection, value, error);
}

static void
refuse (PeerFileTransferTable *self,
        const char *id,
        const char *reason)
{
  PeerFileMessage message = PEER_FILE_MESSAGE_INIT (PEER_FILE_MESSAGE_REFUSE, (char *) id);

  message.reason = (char *) reason;
  peer_file_transfer_table_send (self, &message, NULL);
}

static void
handle_offer (PeerFileTransferTable *self,
              const PeerFileMessage *message)
{
  g_autoptr (PeerFileTransfer) transfer = NULL;

  if (g_hash_table_contains (self->by_id, message->id))
    return;
  if (!peer_data_connection_takes_files (self->connection))
    {
      refuse (self, message->id, "files are not taken here");
      return;
    }
  if (self->n_incoming == MAX_INCOMING)
    {
      refuse (self, message->id, "too many files at once");
      return;
    }

  transfer = peer_file_transfer_new_incoming (self->connection, message);
  peer_file_transfer_table_add (self, transfer);
  peer_data_connection_emit_file (self->connection, transfer);
}

/* A message that makes no sense ends its transfer; without one, it is only
 * the answer to an offer that cannot be. */
static void
handle_invalid (PeerFileTransferTable *self,
                const char *id,
                const GError *error)
{
  PeerFileTransfer *transfer = id != NULL ? g_hash_table_lookup (self->by_id, id) : NULL;

  g_debug ("%s: %s", peer_base_connection_get_connection_id (PEER_BASE_CONNECTION (self->connection)), error->message);
  if (transfer != NULL)
    peer_file_transfer_fail (transfer, error);
  else if (id != NULL)
    refuse (self, id, error->message);
}

gboolean
peer_file_transfer_table_handle (PeerFileTransferTable *self,
                                 GVariant *value)
{
  g_autoptr (PeerFileMessage) message = NULL;
  g_autoptr (PeerFileTransfer) transfer = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;

  if (!peer_data_connection_can_send_files (self->connection) || !peer_file_message_is (value))
    return FALSE;

  message = peer_file_message_parse (value, &id, &error);
  if (error != NULL)
    handle_invalid (self, id, error);
  if (message == NULL)
    return TRUE;

  if (message->type == PEER_FILE_MESSAGE_OFFER)
    {
      handle_offer (self, message);
      return TRUE;
    }

  /* A transfer that has ended on this side may still be known on the other. */
  g_set_object (&transfer, g_hash_table_lookup (self->by_id, message->id));
  if (transfer != NULL && transfer->is_incoming)
    peer_file_transfer_handle_incoming (transfer, message);
  else if (transfer != NULL)
    peer_file_transfer_handle_outgoing (transfer, message);

  return TRUE;
}

static gboolean
has_room (PeerFileTransferTable *self)
{
  PeerTransport *transport = PEER_BASE_CONNECTION (self->connection)->transport;
  guint64 limit = peer_data_connection_get_max_buffered_amount (self->connection);

  return !self->is_closed && transport != NULL &&
         (limit == 0 || peer_data_connection_get_buffered_amount (self->connection) < limit) &&
         peer_send_queue_get_size (self->connection->queue) + peer_transport_get_buffered_amount (transport) < SEND_AHEAD;
}

/* One piece of each in turn. */
void
peer_file_transfer_table_pump (PeerFileTransferTable *self)
{
  g_autoptr (GPtrArray) outgoing = NULL;
  g_autoptr (PeerDataConnection) keep_alive = NULL;
  gboolean has_sent = TRUE;

  if (self->is_pumping || self->outgoing->len == 0)
    return;

  keep_alive = g_object_ref (self->connection);
  outgoing = g_ptr_array_copy (self->outgoing, (GCopyFunc) (GCallback) g_object_ref, NULL);
  g_ptr_array_set_free_func (outgoing, g_object_unref);
  self->is_pumping = TRUE;
  while (has_sent)
    {
      has_sent = FALSE;
      for (guint i = 0; i < outgoing->len && has_room (self); i++)
        has_sent |= peer_file_transfer_send_piece (g_ptr_array_index (outgoing, i));
    }
  self->is_pumping = FALSE;
}

void
peer_file_transfer_table_close (PeerFileTransferTable *self)
{
  GListModel *model = G_LIST_MODEL (self->transfers);
  g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, PEER_ERROR_CONNECTION_CLOSED,
                                                  _ ("The connection closed before the file was transferred"));

  self->is_closed = TRUE;
  while (g_list_model_get_n_items (model) > 0)
    {
      g_autoptr (PeerFileTransfer) transfer = g_list_model_get_item (model, 0);

      peer_file_transfer_end (transfer, error);
    }
}

GListModel *
peer_file_transfer_table_get_model (PeerFileTransferTable *self)
{
  return G_LIST_MODEL (self->transfers);
}

void
peer_file_transfer_table_set_timeout (PeerFileTransferTable *self,
                                      guint milliseconds)
{
  self->timeout = milliseconds;
}

guint
peer_file_transfer_table_get_timeout (PeerFileTransferTable *self)
{
  return self->timeout;
}
