//! The result of `--dry-run`.

use serde_json::{Map, Value, json};

use crate::domain::Work;
use crate::ops::launch::{Launch, Subject};
use crate::output::{Cell, Column, Detail, Grid, Report};

/// A launch that is not carried out.
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
                    "environment": launch.place.to_json(),
                    "arguments": arguments,
                    "command": launch.recorded(),
                    "confirmationText": definition.confirmation_text,
                })
            }
            Subject::Command(one_off) => json!({
                "name": one_off.name,
                "dryRun": true,
                "environment": launch.place.to_json(),
                "service": one_off.service,
                "command": one_off.command,
            }),
        }
    }

    fn grid(&self) -> Grid {
        let launch = &self.0;
        let project = launch.place.project.name.clone().into();
        let environment = launch.place.name.clone().into();
        let (name, command) = (Cell::name(launch.name()), launch.recorded().into());
        match &launch.subject {
            Subject::Task(definition, _) => {
                Grid::new(["id", "name", "project", "environment", "command"].map(Column::new))
                    .with([Cell::id(definition.id), name, project, environment, command])
            }
            Subject::Command(one_off) => {
                Grid::new(["name", "project", "environment", "service", "command"].map(Column::new))
                    .with([
                        name,
                        project,
                        environment,
                        one_off.service.clone().into(),
                        command,
                    ])
            }
        }
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
            return Some(detail.block("Command", launch.recorded()));
        };
        let mut arguments = Grid::new([Column::new("argument"), Column::new("value")]);
        for (name, value) in &values.plain {
            arguments.row([Cell::name(name), Cell::text(value)]);
        }
        let detail = detail.field("Asks first", definition.confirmation().map(str::to_owned));
        let detail = match &definition.work {
            Work::Image(image) => detail.field("Image", image.as_str()),
            _ => detail.block("Command", launch.recorded()),
        };
        Some(detail.section("Values", arguments))
    }
}
