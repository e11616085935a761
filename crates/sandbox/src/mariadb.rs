//! Constraints and errors of Lagoon's database (MariaDB in strict mode, seen on Lagoon 2.33.1).

use async_graphql::MaybeUndefined;
use rusqlite::types::Value;

use super::failure::{Failure, Result};
use super::instant;

struct Column {
    name: &'static str,
    kind: ColumnKind,
    missing: MissingValue,
}

enum ColumnKind {
    /// At most this many characters.
    Varchar(usize),
    Text,
    DateTime,
    /// GraphQL has checked the value.
    Checked,
}

#[derive(PartialEq, Eq)]
enum MissingValue {
    Null,
    Default,
    Refused,
}

/// The columns of a table that can be refused, in alphabetical order.
pub(super) struct Table {
    name: &'static str,
    columns: &'static [Column],
}

/// A value of a statement. `None` is the column's default on insert, and no change on update.
pub(super) type Cell = Option<Value>;

pub(super) fn cell<T: Clone>(value: &MaybeUndefined<T>) -> Cell
where
    Value: From<Option<T>>,
{
    Option::<Option<T>>::from(value.clone()).map(Value::from)
}

const fn column(name: &'static str, kind: ColumnKind, missing: MissingValue) -> Column {
    Column {
        name,
        kind,
        missing,
    }
}

pub(super) static DEFINITION: Table = Table {
    name: "advanced_task_definition",
    columns: &[
        column(
            "admin_only_view",
            ColumnKind::Checked,
            MissingValue::Default,
        ),
        column("command", ColumnKind::Text, MissingValue::Null),
        column(
            "confirmation_text",
            ColumnKind::Varchar(2000),
            MissingValue::Null,
        ),
        column(
            "deploy_token_injection",
            ColumnKind::Checked,
            MissingValue::Default,
        ),
        column("description", ColumnKind::Text, MissingValue::Refused),
        column("group_name", ColumnKind::Varchar(300), MissingValue::Null),
        column("image", ColumnKind::Varchar(2000), MissingValue::Null),
        column("name", ColumnKind::Varchar(300), MissingValue::Refused),
        column(
            "project_key_injection",
            ColumnKind::Checked,
            MissingValue::Default,
        ),
        column("service", ColumnKind::Varchar(100), MissingValue::Null),
        column("system_wide", ColumnKind::Checked, MissingValue::Default),
    ],
};

pub(super) static ARGUMENT: Table = Table {
    name: "advanced_task_definition_argument",
    columns: &[
        column("default_value", ColumnKind::Text, MissingValue::Null),
        column("display_name", ColumnKind::Varchar(500), MissingValue::Null),
        column("name", ColumnKind::Varchar(300), MissingValue::Refused),
        column("optional", ColumnKind::Checked, MissingValue::Default),
    ],
};

pub(super) static TASK: Table = Table {
    name: "task",
    columns: &[
        column("command", ColumnKind::Text, MissingValue::Refused),
        column("completed", ColumnKind::DateTime, MissingValue::Null),
        column("created", ColumnKind::DateTime, MissingValue::Default),
        column("environment", ColumnKind::Checked, MissingValue::Refused),
        column("name", ColumnKind::Varchar(100), MissingValue::Refused),
        column("remote_id", ColumnKind::Varchar(50), MissingValue::Null),
        column("service", ColumnKind::Varchar(100), MissingValue::Refused),
        column("source_user", ColumnKind::Varchar(300), MissingValue::Null),
        column("started", ColumnKind::DateTime, MissingValue::Null),
        column("status", ColumnKind::Checked, MissingValue::Default),
    ],
};

impl Table {
    /// Checks a new row; the first column that is refused decides the message.
    pub(super) fn insert(&self, cells: &[(&'static str, Cell)]) -> Result<()> {
        for column in self.columns {
            if let Some((_, cell)) = cells.iter().find(|(name, _)| *name == column.name) {
                column.check(self.name, cell)?;
            }
        }
        Ok(())
    }

    pub(super) fn update(
        &self,
        cells: Vec<(&'static str, Cell)>,
    ) -> Result<Vec<(&'static str, Value)>> {
        let mut changes = Vec::new();
        for (name, cell) in cells {
            let column = self.columns.iter().find(|column| column.name == name);
            if let (Some(column), Some(_)) = (column, &cell) {
                column.check(self.name, &cell)?;
            }
            changes.extend(cell.map(|value| (name, value)));
        }
        if changes.is_empty() {
            return Err("Empty .update() call detected!".into());
        }
        Ok(changes)
    }
}

impl Column {
    fn check(&self, table: &str, cell: &Cell) -> Result<()> {
        let name = self.name;
        let text = match cell {
            None if self.missing == MissingValue::Refused => {
                let message = format!("Field '{name}' doesn't have a default value");
                return Err(refusal(1364, "HY000", &message));
            }
            Some(Value::Null) if self.missing != MissingValue::Null => {
                let message = format!("Column '{name}' cannot be null");
                return Err(refusal(1048, "23000", &message));
            }
            Some(Value::Text(text)) => text,
            _ => return Ok(()),
        };
        let place = format!("column `infrastructure`.`{table}`.`{name}` at row 1");
        if let ColumnKind::DateTime = self.kind {
            return match instant::stored(text) {
                Some(_) => Ok(()),
                None => {
                    let message = format!("Incorrect datetime value: '{text}' for {place}");
                    Err(refusal(1292, "22007", &message))
                }
            };
        }
        if let Some(at) = first_of_four_bytes(text) {
            let bytes = printable(&text.as_bytes()[at..]);
            let message = format!("Incorrect string value: '{bytes}' for {place}");
            return Err(refusal(1366, "22007", &message));
        }
        let is_too_long = match self.kind {
            ColumnKind::Varchar(characters) => text.chars().count() > characters,
            ColumnKind::Text => text.len() > 65_535,
            ColumnKind::DateTime | ColumnKind::Checked => false,
        };
        if is_too_long {
            let message = format!("Data too long for column '{name}' at row 1");
            return Err(refusal(1406, "22001", &message));
        }
        Ok(())
    }
}

/// An error of the database's connector. The SQL statement on its second line is not imitated.
pub(super) fn refusal(number: u16, state: &str, message: &str) -> Failure {
    // The number of a connection of the pool.
    let connection = fastrand::u8(3..80);
    Failure::from(format!(
        "(conn:{connection}, no: {number}, SQLState: {state}) {message}\nsql: (omitted)"
    ))
}

pub(super) fn duplicate(key: &str, value: &str) -> Failure {
    let message = format!("Duplicate entry '{value}' for key '{key}'");
    refusal(1062, "23000", &message)
}

/// A column's character set has at most three bytes per character.
pub(super) fn comparable(text: &str) -> Result<()> {
    match first_of_four_bytes(text) {
        None => Ok(()),
        Some(_) => Err(refusal(
            1267,
            "HY000",
            "Illegal mix of collations (utf8mb3_general_ci,IMPLICIT) and \
             (utf8mb4_general_ci,COERCIBLE) for operation '='",
        )),
    }
}

fn first_of_four_bytes(text: &str) -> Option<usize> {
    text.find(|character: char| character.len_utf8() == 4)
}

fn printable(bytes: &[u8]) -> String {
    let mut shown = String::new();
    for byte in bytes.iter().take(6) {
        match byte {
            0x20..=0x7e => shown.push(char::from(*byte)),
            _ => shown.push_str(&format!("\\x{byte:02X}")),
        }
    }
    if bytes.len() > 6 {
        shown.push_str("...");
    }
    shown
}
