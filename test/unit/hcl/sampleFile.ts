/** A terraform block with everything in it that could end it too early. */
export const sampleBlock =
  'terraform {\n  backend "s3" {\n    key = "k"\n    list = ["}", <<E\n}\nE\n]\n  }\n}\n';

/** A valid file with that block and a `cloud` block, and one of each kind of syntax around them. */
export const sampleFile = `# }
locals {
  a = "x\${join(",", ["\${b}", "}"])}" // {
  c = { d = [1, 2], "e" = f("g") }
}
${sampleBlock}/* terraform { */
resource "a" "b" {
  text = <<-EOT
    \${each.key} "quoted $\${x}
    %{ if c }d%{ endif }
    EOT
  terraform = "backend"
}
terraform {
  required_version = ">= 1.5"
  cloud {
    organization = "o"
  }
}
`;
