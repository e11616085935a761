//! Constraints and errors of Lagoon's database (MariaDB in strict mode, seen on Lagoon 2.33.1).

use async_graphql::MaybeUndefined;
use rusqlite::types::Value;

use super::failure::{Failure, Result};
use super::instant;

struct Column {
    name: &'static str,
    kind: Kind,
    missing: Missing,
}

enum Kind {
    /// At most this many characters.
    Varchar(usize),
    Text,
    DateTime,
    /// GraphQL has checked the value.
    Checked,
}

#[derive(PartialEq, Eq)]
enum Missing {
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

const fn column(name: &'static str, kind: Kind, missing: Missing) -> Column {
    Column {
        name,
        kind,
        missing,
    }
}

pub(super) static DEFINITION: Table = Table {
    name: "advanced_task_definition",
    columns: &[
        column("admin_only_view", Kind::Checked, Missing::Default),
        column("command", Kind::Text, Missing::Null),
        column("confirmation_text", Kind::Varchar(2000), Missing::Null),
        column("deploy_token_injection", Kind::Checked, Missing::Default),
        column("description", Kind::Text, Missing::Refused),
        column("group_name", Kind::Varchar(300), Missing::Null),
        column("image", Kind::Varchar(2000), Missing::Null),
        column("name", Kind::Varchar(300), Missing::Refused),
        column("project_key_injection", Kind::Checked, Missing::Default),
        column("service", Kind::Varchar(100), Missing::Null),
        column("system_wide", Kind::Checked, Missing::Default),
    ],
};

pub(super) static ARGUMENT: Table = Table {
    name: "advanced_task_definition_argument",
    columns: &[
        column("default_value", Kind::Text, Missing::Null),
        column("display_name", Kind::Varchar(500), Missing::Null),
        column("name", Kind::Varchar(300), Missing::Refused),
        column("optional", Kind::Checked, Missing::Default),
    ],
};

pub(super) static TASK: Table = Table {
    name: "task",
    columns: &[
        column("command", Kind::Text, Missing::Refused),
        column("completed", Kind::DateTime, Missing::Null),
        column("created", Kind::DateTime, Missing::Default),
        column("environment", Kind::Checked, Missing::Refused),
        column("name", Kind::Varchar(100), Missing::Refused),
        column("remote_id", Kind::Varchar(50), Missing::Null),
        column("service", Kind::Varchar(100), Missing::Refused),
        column("source_user", Kind::Varchar(300), Missing::Null),
        column("started", Kind::DateTime, Missing::Null),
        column("status", Kind::Checked, Missing::Default),
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
            None if self.missing == Missing::Refused => {
                let message = format!("Field '{name}' doesn't have a default value");
                return Err(refusal(1364, "HY000", &message));
            }
            Some(Value::Null) if self.missing != Missing::Null => {
                let message = format!("Column '{name}' cannot be null");
                return Err(refusal(1048, "23000", &message));
            }
            Some(Value::Text(text)) => text,
            _ => return Ok(()),
        };
        let place = format!("column `infrastructure`.`{table}`.`{name}` at row 1");
        if let Kind::DateTime = self.kind {
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
            Kind::Varchar(characters) => text.chars().count() > characters,
            Kind::Text => text.len() > 65_535,
            Kind::DateTime | Kind::Checked => false,
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
