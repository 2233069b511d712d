import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, isIPv4, type LookupFunction } from 'node:net';

/**
 * Which IP addresses belong to the public internet, so that an address somebody typed in cannot reach our own network.
 * The check is made on the address that is connected to, not on the name before it: names may answer differently the second time.
 */

/** IPv4 that is not public: the IANA special-purpose registry (RFC 6890), multicast, reserved, and Azure's host agent. */
const closedIPv4 = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['168.63.129.16', 32],
] as const)
  closedIPv4.addSubnet(net, prefix, 'ipv4');

/** IPv6 is public only inside the one block that is handed out; that leaves out ::, ::1, mapped IPv4, NAT64, fc00::/7, fe80::/10 and ff00::/8. */
const openIPv6 = new BlockList();
openIPv6.addSubnet('2000::', 3, 'ipv6');
/** Inside it: protocol assignments with Teredo, documentation, 6to4 (which carries any IPv4) and AS112. */
const closedIPv6 = new BlockList();
for (const [net, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
] as const)
  closedIPv6.addSubnet(net, prefix, 'ipv6');

export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !closedIPv4.check(address, 'ipv4');
  if (isIP(address) !== 6 || address.includes('%')) return false;
  return openIPv6.check(address, 'ipv6') && !closedIPv6.check(address, 'ipv6');
}

/** Said when a name leads into a network that is not public. */
export class AddressRefused extends Error {
  constructor() {
    super('the address is not on the public internet');
    this.name = 'AddressRefused';
  }
}

/** A `lookup` for sockets that only ever answers public addresses. An address given as digits is not looked up: check that before. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  dnsLookup(hostname, { ...options, all: true }, (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => {
    if (error) return callback(error, '', 0);
    const open = found.filter((entry) => isPublicAddress(entry.address));
    const first = open[0];
    if (first === undefined) return callback(new AddressRefused(), '', 0);
    if (options.all) callback(null, open);
    else callback(null, first.address, first.family);
  });
};
