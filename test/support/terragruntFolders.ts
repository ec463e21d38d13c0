/** The folders of the in-host tests of Terragrunt, below the workspace. */
export const terragruntFolders = [
  'terragrunt/prod/app',
  'terragrunt/prod/cmd/.terragrunt-cache/a/b',
  'terragrunt/stage/app',
] as const;
