// Package imported reads indicators that ratings cannot give from workbooks and CSV files, and writes the template
// that people fill in. Errors name the cell.
package imported
