import { BlockList, isIP } from 'node:net';

/** True when `entry` is an IP address or a network in CIDR form. */
export function isAddressEntry(entry: string): boolean {
  const [address, prefix, ...rest] = entry.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}

/** Whether an address is one of the entries (IP addresses or CIDR networks). An IPv4 address written as IPv6 counts as IPv4. */
export function isAddressAllowed(entries: readonly string[], address: string): boolean {
  const plain =
    address.toLowerCase().startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
  const family = isIP(plain);
  if (family === 0) return false;
  const allowed = new BlockList();
  for (const entry of entries.filter(isAddressEntry)) {
    const [network, prefix] = entry.split('/');
    const type = isIP(network) === 4 ? 'ipv4' : 'ipv6';
    if (prefix === undefined) allowed.addAddress(network, type);
    else allowed.addSubnet(network, Number(prefix), type);
  }
  return allowed.check(plain, family === 4 ? 'ipv4' : 'ipv6');
}
