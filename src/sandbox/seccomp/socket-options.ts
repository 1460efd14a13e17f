/**
 * What code may set on its sockets, level by level. What is not here stays shut: filters, whose compiled code is a pool of
 * the machine (SO_ATTACH_FILTER and kin); time stamps and busy polling, which turn switches of the whole kernel; upper-layer
 * protocols; all that asks for rights.
 */
export const socketOptions: Readonly<Record<string, { readonly level: number; readonly names: readonly number[] }>> = {
  SOL_SOCKET: {
    level: 1,
    // DEBUG, REUSEADDR, DONTROUTE, BROADCAST, SNDBUF, RCVBUF, KEEPALIVE, OOBINLINE, PRIORITY, LINGER, REUSEPORT, PASSCRED,
    // RCVLOWAT, SNDLOWAT, RCVTIMEO, SNDTIMEO, BINDTODEVICE, PEEK_OFF, INCOMING_CPU, RCVTIMEO_NEW, SNDTIMEO_NEW.
    names: [1, 2, 5, 6, 7, 8, 9, 10, 12, 13, 15, 16, 18, 19, 20, 21, 25, 42, 49, 66, 67],
  },
  IPPROTO_IP: {
    level: 0,
    // TOS, TTL, HDRINCL, RETOPTS, PKTINFO, MTU_DISCOVER, RECVERR, RECVTTL, RECVTOS, FREEBIND, MINTTL, BIND_ADDRESS_NO_PORT,
    // RECVORIGDSTADDR, MULTICAST_IF to DROP_SOURCE_MEMBERSHIP, MCAST_*, MULTICAST_ALL, UNICAST_IF.
    names: [
      1, 2, 3, 7, 8, 10, 11, 12, 13, 15, 20, 21, 24, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48,
      49, 50,
    ],
  },
  IPPROTO_IPV6: {
    level: 41,
    // UNICAST_HOPS to LEAVE_GROUP, MTU_DISCOVER, MTU, RECVERR, V6ONLY, MULTICAST_ALL, MCAST_*, RECVPKTINFO, RECVHOPLIMIT,
    // RECVTCLASS, TCLASS, DONTFRAG, UNICAST_IF.
    names: [16, 17, 18, 19, 20, 21, 23, 24, 25, 26, 29, 42, 43, 44, 45, 46, 47, 48, 49, 51, 62, 66, 67, 76],
  },
  IPPROTO_TCP: {
    level: 6,
    // NODELAY, MAXSEG, CORK, KEEPIDLE, KEEPINTVL, KEEPCNT, SYNCNT, LINGER2, DEFER_ACCEPT, WINDOW_CLAMP, QUICKACK, CONGESTION,
    // THIN_LINEAR_TIMEOUTS, USER_TIMEOUT, FASTOPEN, NOTSENT_LOWAT, FASTOPEN_CONNECT.
    names: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 16, 18, 23, 25, 30],
  },
  // CORK, SEGMENT, GRO.
  IPPROTO_UDP: { level: 17, names: [1, 103, 104] },
};
