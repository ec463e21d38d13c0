/** What the page of the activity view is made of. */
interface ActivityHtmlParts {
  readonly scriptUri: string;
  readonly styleUri: string;
  /** Where the view may load from. */
  readonly cspSource: string;
  /** Of this page alone: no script without it runs. */
  readonly nonce: string;
}

/**
 * The page before its script runs. Nothing may be loaded but the one script and the one style sheet: no
 * inline script or style, no picture, no font, no connection. All text is set by the script, as text.
 */
export function activityHtml({ scriptUri, styleUri, cspSource, nonce }: ActivityHtmlParts): string {
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource}`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Lock Activity</title>
<link rel="stylesheet" href="${styleUri}">
</head>
<body>
<script nonce="${nonce}" src="${scriptUri}"></script>
</body>
</html>
`;
}
