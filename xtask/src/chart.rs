//! From the table that a program prints to a chart that mermaid draws.

/// A table in what a program printed: cells apart by two or more spaces.
#[derive(Debug, PartialEq)]
pub struct Figures {
    header: Vec<String>,
    rows: Vec<Row>,
}

#[derive(Debug, PartialEq)]
struct Row {
    label: String,
    numbers: Vec<f64>,
}

impl Figures {
    /// Finds the table: a header, and below it rows whose first cell is a
    /// label and whose other cells are numbers.
    ///
    /// Returns `None` where there is no table.
    pub fn read(text: &str) -> Option<Self> {
        let lines: Vec<Vec<&str>> = text.lines().map(cells).collect();
        let first = lines.iter().position(|cells| row(cells).is_some())?;
        let header = lines.get(first.checked_sub(1)?)?;
        let rows: Vec<Row> = lines[first..]
            .iter()
            .map_while(|cells| row(cells))
            .collect();
        let fits = |row: &Row| row.numbers.len() + 1 == header.len();
        rows.iter().all(fits).then(|| Figures {
            header: header.iter().map(|cell| cell.to_string()).collect(),
            rows,
        })
    }

    /// Whether the first column is a quantity, as the number of threads is.
    fn is_curve(&self) -> bool {
        self.rows.iter().all(|row| row.label.parse::<f64>().is_ok())
    }

    fn column(&self, number: usize) -> String {
        let cells = self.rows.iter().map(|row| row.numbers[number].to_string());
        cells.collect::<Vec<_>>().join(", ")
    }
}

fn cells(line: &str) -> Vec<&str> {
    let cells = line.split("  ").map(str::trim);
    cells.filter(|cell| !cell.is_empty()).collect()
}

fn row(cells: &[&str]) -> Option<Row> {
    let (label, numbers) = cells.split_first()?;
    let numbers: Option<Vec<f64>> =
        numbers.iter().map(|cell| cell.parse().ok()).collect();
    Some(Row {
        label: (*label).to_owned(),
        numbers: numbers.filter(|numbers| !numbers.is_empty())?,
    })
}

/// Draws a line for each column over a quantity, and else bars of the last
/// column.
pub fn chart(figures: &Figures) -> String {
    let (x, columns) = figures.header.split_first().expect("a table has one");
    let last = columns.len() - 1;
    let (kind, shown) = if figures.is_curve() {
        ("line", 0..=last)
    } else {
        ("bar", last..=last)
    };
    let names: Vec<&str> =
        columns[shown.clone()].iter().map(String::as_str).collect();
    let (names, unit) = without_unit(&names);
    let labels: Vec<String> =
        figures.rows.iter().map(|row| quoted(&row.label)).collect();
    let mut lines = vec![
        "xychart-beta".to_owned(),
        format!("    accTitle: {}, by {x}", names.join(", ")),
        format!("    x-axis {} [{}]", quoted(x), labels.join(", ")),
        format!(
            "    y-axis {} 0 --> {}",
            quoted(&unit),
            highest(figures, shown.clone())
        ),
    ];
    for column in shown {
        lines.push(format!("    {kind} [{}]", figures.column(column)));
    }
    lines.join("\n")
}

/// `a (ms)` and `b (ms)` are `a` and `b`, in `ms`.
fn without_unit(names: &[&str]) -> (Vec<String>, String) {
    let unit = |name: &str| {
        let (_, unit) = name.strip_suffix(')')?.split_once(" (")?;
        Some(unit.to_owned())
    };
    let bare =
        |name: &&str| name.split(" (").next().unwrap_or_default().to_owned();
    let first = names.first().copied().unwrap_or_default();
    let unit = unit(first).unwrap_or_else(|| bare(&first));
    (names.iter().map(bare).collect(), unit)
}

/// A round number above all that is shown.
fn highest(figures: &Figures, shown: std::ops::RangeInclusive<usize>) -> f64 {
    let shown = figures
        .rows
        .iter()
        .flat_map(|row| &row.numbers[shown.clone()]);
    let highest = shown.copied().fold(0.0, f64::max) * 1.1;
    let step = 10_f64.powf(highest.log10().floor()) / 2.0;
    (highest / step).ceil() * step
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CURVE: &str = "\
interpreter: ours

threads  with the lock (ms)  without it (ms)
1                        20             20.5
2                        21               10
the end
";

    const BARS: &str = "\
job        serial (ms)  threads (ms)  speed-up
read files          20            10       2.0
count               30            30       1.0
";

    #[test]
    fn numbers_in_the_first_column_make_a_line_of_each_other() {
        let figures = Figures::read(CURVE).expect("a table");
        insta::assert_snapshot!(chart(&figures), @r#"
        xychart-beta
            accTitle: with the lock, without it, by threads
            x-axis "threads" ["1", "2"]
            y-axis "ms" 0 --> 25
            line [20, 21]
            line [20.5, 10]
        "#);
    }

    #[test]
    fn labels_in_the_first_column_make_bars_of_the_last() {
        let figures = Figures::read(BARS).expect("a table");
        insta::assert_snapshot!(chart(&figures), @r#"
        xychart-beta
            accTitle: speed-up, by job
            x-axis "job" ["read files", "count"]
            y-axis "speed-up" 0 --> 2.5
            bar [2, 1]
        "#);
    }

    #[test]
    fn text_without_numbers_has_no_table() {
        assert_eq!(Figures::read("hello\nworld\n"), None);
        assert_eq!(Figures::read(""), None);
    }

    #[test]
    fn a_row_with_too_few_cells_spoils_the_table() {
        assert_eq!(Figures::read("a  b  c\n1  2  3\n1  2\n"), None);
    }
}
