const shortNames: Readonly<Record<string, string>> = {
  OperationTypePlan: 'plan',
  OperationTypeApply: 'apply',
  OperationTypeRefresh: 'refresh',
  // Terraform writes this for every local run that is not an operation.
  OperationTypeInvalid: 'import or console',
};

/** What people call an operation: `apply` for `OperationTypeApply`; other tools' words as they are. */
export function shortOperation(operation: string): string {
  return Object.hasOwn(shortNames, operation) ? (shortNames[operation] ?? operation) : operation;
}
