package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"testing"
)

// clockOrGoroutine returns what in the file reads a clock or starts a
// goroutine; empty for nothing.
func clockOrGoroutine(t *testing.T, path string) (found string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			found = "a goroutine"
		case *ast.SelectorExpr:
			pkg, ok := n.X.(*ast.Ident)
			if ok && pkg.Name == "time" {
				switch n.Sel.Name {
				case "Now", "Since", "Until", "After", "Sleep", "NewTimer", "NewTicker", "AfterFunc", "Tick":
					found = "time." + n.Sel.Name
				}
			}
		}
		return true
	})
	return found
}
