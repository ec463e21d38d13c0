/** A file with one backend block and `resources` small resources, before or behind them. */
export function benchFile(resources: number, blockAt: 'start' | 'end'): string {
  const block = `terraform {
  backend "s3" {
    bucket         = "acme-state"
    key            = "network/terraform.tfstate"
    region         = "eu-central-1"
    dynamodb_table = "acme-locks"
  }
}
`;
  const parts: string[] = [];
  for (let i = 0; i < resources; i++) {
    parts.push(`resource "null_resource" "r${i}" {\n  triggers = { a = "v${i}" }\n}\n`);
  }
  const [first, last] = blockAt === 'start' ? [block, ''] : ['', block];
  // Joined and copied: one flat string, as an editor hands it over.
  return Buffer.from(first + parts.join('') + last).toString();
}
