/**
 * What `Fn::Cidr` gives: the first blocks of an IPv4 block.
 *
 * @param block such as `10.0.0.0/16`
 * @param hostBits bits that each new block leaves for hosts, so 8 makes `/24` blocks
 * @throws Error when the blocks do not fit
 */
export function cidrBlocks(block: string, count: number, hostBits: number): string[] {
  const [address = '', prefix] = block.split('/');
  const size = 2 ** hostBits;
  if (count * size > 2 ** (32 - Number(prefix))) throw new Error(`${count} blocks of ${size} do not fit into ${block}`);
  const start = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return Array.from({ length: count }, (_, index) => `${ipv4(start + index * size)}/${32 - hostBits}`);
}

function ipv4(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
