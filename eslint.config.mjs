import tseslint from "typescript-eslint";

export default tseslint.config(
    { ignores: ["dist/", "**/node_modules/", "**/*.mjs"] },
    ...tseslint.configs.strict,
    {
        rules: {
            "@typescript-eslint/no-explicit-any": "error",
            "@typescript-eslint/consistent-type-imports": ["error", { disallowTypeAnnotations: false }],
            // An internal overload beside the public one is left out of the published types.
            "@typescript-eslint/unified-signatures": "off",
        },
    },
    {
        files: ["sdk/**/*.ts", "provider/**/*.ts"],
        rules: {
            "no-restricted-imports": ["error", { patterns: ["**/test/*", "**/test"] }],
            "@typescript-eslint/consistent-type-assertions": ["error", { assertionStyle: "never" }],
        },
    },
    {
        files: ["sdk/**/*.ts"],
        rules: {
            "no-restricted-imports": ["error", { paths: ["axios", "zod"], patterns: ["**/test/*", "**/provider/*"] }],
        },
    },
    {
        // The one door to the provider's code: it knows types, and loads the rest at a program's first lookup.
        files: ["sdk/lookups/provider-bridge.ts"],
        rules: {
            "no-restricted-imports": ["error", { paths: ["axios", "zod"], patterns: ["**/test/*"] }],
            "@typescript-eslint/no-restricted-imports": [
                "error",
                { patterns: [{ group: ["**/provider/*"], allowTypeImports: true }] },
            ],
        },
    },
    {
        files: ["test/**/*.ts"],
        rules: { "@typescript-eslint/no-non-null-assertion": "off", "@typescript-eslint/no-unused-expressions": "off" },
    },
);
