/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-redis-scripts-private.h"

/* docs/clustering.md describes the keys. What the nodes say to each other are
 * netstrings, see protocol/peer-netstrings. */

#define COMMON                                                                                        \
  "local p, node = KEYS[1], ARGV[1]\n"                                                                \
  "local function id_key(id) return p .. ':id:' .. id end\n"                                          \
  "local function queue_key(id) return p .. ':queue:' .. id end\n"                                    \
  "local function tell(to, frame) return redis.call('PUBLISH', p .. ':node:' .. to, frame) end\n"     \
  "local function now()\n"                                                                            \
  "  local time = redis.call('TIME')\n"                                                               \
  "  return time[1] * 1000 + math.floor(time[2] / 1000)\n"                                            \
  "end\n"                                                                                             \
  "local function pack(...)\n"                                                                        \
  "  local packed = ''\n"                                                                             \
  "  for _, text in ipairs({...}) do packed = packed .. #text .. ':' .. text .. ',' end\n"            \
  "  return packed\n"                                                                                 \
  "end\n"                                                                                             \
  "local function holder(id) return redis.call('HMGET', id_key(id), 'node', 'owner', 'serial') end\n" \
  "local function extend(id, lease)\n"                                                                \
  "  redis.call('PEXPIRE', id_key(id), lease)\n"                                                      \
  "  redis.call('ZADD', p .. ':ids', now() + lease, id)\n"                                            \
  "end\n"                                                                                             \
  "local function hold(id, owner, serial, lease)\n"                                                   \
  "  redis.call('HSET', id_key(id), 'node', node, 'owner', owner, 'serial', serial)\n"                \
  "  extend(id, lease)\n"                                                                             \
  "end\n"                                                                                             \
  "local function free(id)\n"                                                                         \
  "  redis.call('DEL', id_key(id))\n"                                                                 \
  "  redis.call('ZREM', p .. ':ids', id)\n"                                                           \
  "end\n"                                                                                             \
  "local function drain(id, reply)\n"                                                                 \
  "  local frames = redis.call('LRANGE', queue_key(id), 0, -1)\n"                                     \
  "  if #frames == 0 then return end\n"                                                               \
  "  redis.call('DEL', queue_key(id))\n"                                                              \
  "  redis.call('ZREM', p .. ':expiry', id)\n"                                                        \
  "  for _, frame in ipairs(frames) do reply[#reply + 1] = frame end\n"                               \
  "end\n"

static const char *const texts[PEER_REDIS_N_SCRIPTS] = {
  [PEER_REDIS_CLAIM] = COMMON
  "local lease, id, owner, serial = tonumber(ARGV[2]), ARGV[3], ARGV[4], ARGV[5]\n"
  "local held = holder(id)\n"
  "if held[1] and held[2] ~= owner then return {'taken'} end\n"
  "if held[1] and (held[1] ~= node or held[3] ~= serial) then tell(held[1], pack('E', id, held[3])) end\n"
  "hold(id, owner, serial, lease)\n"
  "local reply = {'claimed'}\n"
  "drain(id, reply)\n"
  "return reply\n",

  [PEER_REDIS_RENEW] = COMMON
  "local lease, replies = tonumber(ARGV[2]), {}\n"
  "for i = 3, #ARGV, 3 do\n"
  "  local id, owner, serial = ARGV[i], ARGV[i + 1], ARGV[i + 2]\n"
  "  local held = holder(id)\n"
  "  if held[1] and held[1] ~= node then\n"
  "    replies[#replies + 1] = {id, serial, held[2] == owner and 'taken-over' or 'taken'}\n"
  "  else\n"
  "    if held[3] == serial then extend(id, lease) else hold(id, owner, serial, lease) end\n"
  "    local reply = {id, serial, 'messages'}\n"
  "    drain(id, reply)\n"
  "    if #reply > 3 then replies[#replies + 1] = reply end\n"
  "  end\n"
  "end\n"
  "return replies\n",

  [PEER_REDIS_RELEASE] = COMMON
  "for i = 2, #ARGV, 2 do\n"
  "  local held = holder(ARGV[i])\n"
  "  if held[1] == node and held[3] == ARGV[i + 1] then free(ARGV[i]) end\n"
  "end\n"
  "return 'OK'\n",

  /* Who comes back after a lost connection repeats what was not answered; so
   * the last serial of each node is kept. What waits already goes first: a
   * holder that was away fetches it when it renews its lease. */
  [PEER_REDIS_PUBLISH] = COMMON
  "local serial, dst, frame = tonumber(ARGV[2]), ARGV[3], ARGV[4]\n"
  "local may_wait, is_wrong = ARGV[5] == '1', ARGV[6] == '1'\n"
  "local expiry, max_queue, max_total = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])\n"
  "local last = redis.call('GET', p .. ':serial:' .. node)\n"
  "if last and tonumber(last) >= serial then return 'repeated' end\n"
  "redis.call('SET', p .. ':serial:' .. node, ARGV[2], 'PX', 3600000)\n"
  "local held = redis.call('HGET', id_key(dst), 'node')\n"
  "if is_wrong and held == node then\n"
  "  free(dst)\n"
  "  held = false\n"
  "end\n"
  "local length = redis.call('LLEN', queue_key(dst))\n"
  "if held and length == 0 and tell(held, frame) > 0 then return 'sent' end\n"
  "if not may_wait then return 'gone' end\n"
  "if max_queue > 0 and length >= max_queue then return 'full' end\n"
  "if length == 0 then\n"
  "  if max_total > 0 and redis.call('ZCARD', p .. ':expiry') >= max_total then return 'full' end\n"
  "  redis.call('ZADD', p .. ':expiry', now() + expiry, dst)\n"
  "end\n"
  "redis.call('RPUSH', queue_key(dst), frame)\n"
  "if length == 0 then redis.call('PEXPIRE', queue_key(dst), 2 * expiry + 60000) end\n"
  "return 'queued'\n",

  [PEER_REDIS_EXPIRE] = COMMON
  "local function source(frame)\n"
  "  local at, text = 1\n"
  "  for _ = 1, 4 do\n"
  "    local _, colon, length = string.find(frame, '^(%d+):', at)\n"
  "    if not colon then return nil end\n"
  "    text = string.sub(frame, colon + 1, colon + length)\n"
  "    at = colon + length + 2\n"
  "  end\n"
  "  return text\n"
  "end\n"
  "local due = redis.call('ZRANGEBYSCORE', p .. ':expiry', '-inf', now(), 'LIMIT', 0, 100)\n"
  "for _, dst in ipairs(due) do\n"
  "  local frames, told = {}, {}\n"
  "  drain(dst, frames)\n"
  "  redis.call('ZREM', p .. ':expiry', dst)\n"
  "  for _, frame in ipairs(frames) do\n"
  "    local src = source(frame)\n"
  "    if src and not told[src] then\n"
  "      told[src] = true\n"
  "      local held = redis.call('HGET', id_key(src), 'node')\n"
  "      if held then tell(held, pack('X', src, dst)) end\n"
  "    end\n"
  "  end\n"
  "end\n"
  "return #due\n",

  [PEER_REDIS_LIST] = COMMON
  "redis.call('ZREMRANGEBYSCORE', p .. ':ids', '-inf', now())\n"
  "return redis.call('ZRANGE', p .. ':ids', 0, -1)\n",

  /* Who holds no id any more is in no group. */
  [PEER_REDIS_GROUP] = COMMON
  "local key, members, joined = p .. ':group:' .. ARGV[3], {}, now()\n"
  "for i = 4, #ARGV do redis.call('ZADD', key, 'NX', joined, ARGV[i]) end\n"
  "for _, id in ipairs(redis.call('ZRANGE', key, 0, -1)) do\n"
  "  if redis.call('EXISTS', id_key(id)) == 1 then\n"
  "    members[#members + 1] = id\n"
  "  else\n"
  "    redis.call('ZREM', key, id)\n"
  "  end\n"
  "end\n"
  "redis.call('PEXPIRE', key, ARGV[2])\n"
  "return members\n",
};

static const char *
get_digest (PeerRedisScript script)
{
  static char *digests[PEER_REDIS_N_SCRIPTS];

  if (g_once_init_enter (&digests[script]))
    g_once_init_leave (&digests[script], g_compute_checksum_for_string (G_CHECKSUM_SHA1, texts[script], -1));

  return digests[script];
}

static void
loaded_cb (PeerRedisLink *link,
           const redisReply *reply,
           gpointer user_data)
{
  if (reply != NULL && reply->type == REDIS_REPLY_ERROR)
    g_warning ("Redis does not take a script: %s", reply->str);
}

void
peer_redis_scripts_load (PeerRedisLink *link)
{
  for (guint i = 0; i < PEER_REDIS_N_SCRIPTS; i++)
    {
      const char *arguments[] = { "SCRIPT", "LOAD", texts[i] };

      peer_redis_link_call (link, arguments, NULL, G_N_ELEMENTS (arguments), loaded_cb, NULL);
    }
}

void
peer_redis_script_call (PeerRedisLink *link,
                        PeerRedisScript script,
                        const char *prefix,
                        const char *const *arguments,
                        const gsize *lengths,
                        guint n_arguments,
                        PeerRedisReplyFunc func,
                        gpointer user_data)
{
  const char *head[] = { "EVALSHA", get_digest (script), "1", prefix };
  g_autofree const char **all = g_new (const char *, G_N_ELEMENTS (head) + n_arguments);
  g_autofree gsize *all_lengths = g_new (gsize, G_N_ELEMENTS (head) + n_arguments);

  for (guint i = 0; i < G_N_ELEMENTS (head); i++)
    {
      all[i] = head[i];
      all_lengths[i] = strlen (head[i]);
    }
  for (guint i = 0; i < n_arguments; i++)
    {
      all[G_N_ELEMENTS (head) + i] = arguments[i];
      all_lengths[G_N_ELEMENTS (head) + i] = lengths != NULL ? lengths[i] : strlen (arguments[i]);
    }

  peer_redis_link_call (link, all, all_lengths, G_N_ELEMENTS (head) + n_arguments, func, user_data);
}

gboolean
peer_redis_scripts_are_missing (const redisReply *reply)
{
  return reply->type == REDIS_REPLY_ERROR && g_str_has_prefix (reply->str, "NOSCRIPT");
}
