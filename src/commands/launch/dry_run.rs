//! The result of `--dry-run`.

use serde_json::{Map, Value, json};

use crate::commands::report::Table;
use crate::domain::Work;
use crate::ops::launch::{Launch, Subject};
use crate::output::{Cell, Column, Detail, Grid, Report};

pub(super) struct DryRun(pub(super) Launch);

impl Report for DryRun {
    fn value(&self) -> Value {
        let launch = &self.0;
        match &launch.subject {
            Subject::Task(definition, values) => {
                let plain = values.plain.iter();
                let arguments: Map<String, Value> = plain
                    .map(|(name, value)| (name.clone(), json!(value)))
                    .collect();
                json!({
                    "id": definition.id,
                    "name": definition.name,
                    "dryRun": true,
                    "environment": launch.place,
                    "arguments": arguments,
                    "command": launch.shown(),
                    "confirmationText": definition.confirmation_text,
                })
            }
            Subject::Command(one_off) => json!({
                "name": one_off.name,
                "dryRun": true,
                "environment": launch.place,
                "service": one_off.service,
                "command": launch.shown(),
            }),
        }
    }

    fn grid(&self) -> Grid {
        let mut table = Table::of(std::slice::from_ref(&self.0));
        if let Some(definition) = self.0.definition() {
            table = table.column("id", |_| Cell::id(definition.id));
        }
        table = table
            .column("name", |launch| Cell::name(launch.name()))
            .column(Column::new("project").priority(2), |launch| {
                launch.place.project.name.clone()
            })
            .column(Column::new("environment").priority(4), |launch| {
                launch.place.name.clone()
            });
        if let Subject::Command(one_off) = &self.0.subject {
            table = table.column(Column::new("service").priority(1), |_| {
                one_off.service.clone()
            });
        }
        table
            .column(Column::new("command").priority(3), Launch::shown)
            .grid()
    }

    fn detail(&self) -> Option<Detail> {
        let launch = &self.0;
        let detail = match launch.definition() {
            Some(definition) => Detail::new(format!("{} {}", definition.id, definition.name)),
            None => Detail::new(launch.name()),
        };
        let detail = detail
            .field("Would run on", launch.place.label())
            .field("Service", launch.service().map(str::to_owned));
        let Subject::Task(definition, values) = &launch.subject else {
            return Some(detail.block("Command", launch.shown()));
        };
        let arguments = Table::of(&values.plain)
            .column("argument", |(name, _)| Cell::name(name))
            .column("value", |(_, value)| value.clone());
        let detail = detail.field("Confirmation", definition.confirmation().map(str::to_owned));
        let detail = match &definition.work {
            Work::Image(image) => detail.field("Image", image.as_str()),
            _ => detail.block("Command", launch.shown()),
        };
        Some(detail.section("Values", arguments.grid()))
    }
}
