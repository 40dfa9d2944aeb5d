/* SPDX-License-Identifier: LGPL-2.1-or-later */

int main () {
    try {
        throw new Peer.Error.NETWORK ("no network");
    } catch (Peer.Error error) {
        print ("%s\n", error.message);
    }
    return 0;
}
