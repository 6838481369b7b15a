/** Reads TypeScript the way the compiler does: what a file imports, and its code without comments and strings. */
import ts from 'typescript';

/** Every file of the tree by its path from the root, with forward slashes; the text is empty where it is not read. */
export type Files = ReadonlyMap<string, string>;

/** What a rule found: how many things it looked at, so that an empty loop cannot pass, and what is wrong, one line each. */
export type Verdict = { looked: number; faults: string[] };

/** `typeOnly` is true for `import type`; such an import counts like any other unless a rule says so. */
export type Import = { specifier: string; typeOnly: boolean };

export type Source = {
  path: string;
  /** The text with comments and the insides of strings blanked, every other character in its place. */
  code: string;
  strings: string[];
  imports: Import[];
  /** Whether the file only passes on what other files of the house export. */
  isBarrel: boolean;
};

const parsed = new Map<string, Source>();

/** Parses one file; the same path and text are parsed once. */
export function sourceOf(path: string, text: string): Source {
  const key = `${path}\n${text}`;
  const known = parsed.get(key);
  if (known !== undefined) return known;
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true);
  const code = [...text.replaceAll(/[^\n]/g, ' ')];
  const source: Source = { path, code: '', strings: [], imports: [], isBarrel: false };
  const visit = (node: ts.Node): void => {
    if (ts.isJSDoc(node)) return;
    if (ts.isStringLiteralLike(node)) source.strings.push(node.text);
    source.imports.push(...importsOf(node));
    const children = node.getChildren(file);
    if (children.length > 0) return children.forEach(visit);
    if (ts.isStringLiteralLike(node) || ts.isTemplateLiteralToken(node) || ts.isRegularExpressionLiteral(node)) return;
    for (let place = node.getStart(file); place < node.end; place++) code[place] = text[place]!;
  };
  visit(file);
  source.code = code.join('');
  source.isBarrel = isBarrel(file, source.imports);
  parsed.set(key, source);
  return source;
}

/** The sources of all TypeScript files below `folder` (which ends in a slash). */
export function sourcesIn(files: Files, folder: string): Source[] {
  return [...files].filter(([path]) => path.startsWith(folder) && path.endsWith('.ts')).map(([path, text]) => sourceOf(path, text));
}

/** `import`, `export ... from`, `import()`, `import('...').Type`, `import x = require()` and `require()`. */
function importsOf(node: ts.Node): Import[] {
  const one = (specifier: ts.Node | undefined, typeOnly = false): Import[] =>
    specifier !== undefined && ts.isStringLiteralLike(specifier) ? [{ specifier: specifier.text, typeOnly }] : [];
  if (ts.isImportDeclaration(node)) return one(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
  if (ts.isExportDeclaration(node)) return one(node.moduleSpecifier, node.isTypeOnly);
  if (ts.isImportTypeNode(node)) return ts.isLiteralTypeNode(node.argument) ? one(node.argument.literal, true) : [];
  if (ts.isExternalModuleReference(node)) return one(node.expression);
  if (!ts.isCallExpression(node)) return [];
  const isRequire = ts.isIdentifier(node.expression) && node.expression.text === 'require';
  return isRequire || node.expression.kind === ts.SyntaxKind.ImportKeyword ? one(node.arguments[0]) : [];
}

function isBarrel(file: ts.SourceFile, imports: readonly Import[]): boolean {
  const passesOn = file.statements.some((statement) => ts.isExportDeclaration(statement));
  const onlyPasses = file.statements.every((statement) => ts.isExportDeclaration(statement) || ts.isImportDeclaration(statement));
  return passesOn && onlyPasses && imports.some(({ specifier }) => specifier.startsWith('.'));
}

/** The file an import names, as a path from the root; undefined for a package. The file need not exist. */
export function resolveImport(from: string, specifier: string): string | undefined {
  if (specifier === 'retort-distill') return 'src/index.ts';
  // The one private import of package.json: the build inlines what plain Node cannot load.
  if (specifier === '#gradients') return 'src/engine/gradients.ts';
  if (!specifier.startsWith('.')) return undefined;
  return new URL(specifier, `file:///${from}`).pathname.slice(1);
}
