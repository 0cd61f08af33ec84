// The labels of what `naas install` makes. None under naas's own prefix: that one marks what belongs to a request.
export const INSTALLED: Record<string, string> = {
  'app.kubernetes.io/managed-by': 'naas',
  'app.kubernetes.io/part-of': 'naas',
};
