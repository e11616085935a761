//! What `invoke --dry-run` answers.

use serde_json::{Value, json};

use crate::domain::Work;
use crate::ops::launch::invoke::Ready;
use crate::output::{Cell, Column, Detail, Grid, Report};

/// What would be started.
pub(super) struct Plan {
    pub(super) ready: Ready,
}

impl Report for Plan {
    fn value(&self) -> Value {
        let Ready {
            environment,
            definition,
            values,
            ..
        } = &self.ready;
        let arguments: serde_json::Map<String, Value> = values
            .plain
            .iter()
            .map(|(n, v)| (n.clone(), json!(v)))
            .collect();
        json!({
            "id": definition.id,
            "name": definition.name,
            "dryRun": true,
            "environment": environment.to_json(),
            "arguments": arguments,
            "command": self.ready.recorded(),
            "confirmationText": definition.confirmation_text,
        })
    }

    fn grid(&self) -> Grid {
        let Ready {
            environment,
            definition,
            ..
        } = &self.ready;
        Grid::new(["id", "name", "project", "environment", "command"].map(Column::new)).with([
            Cell::id(definition.id),
            Cell::name(&definition.name),
            environment.project.name.clone().into(),
            environment.name.clone().into(),
            self.ready.recorded().into(),
        ])
    }

    fn detail(&self) -> Option<Detail> {
        let Ready {
            environment,
            definition,
            values,
            ..
        } = &self.ready;
        let mut arguments = Grid::new([Column::new("argument"), Column::new("value")]);
        for (name, value) in &values.plain {
            arguments.row([Cell::name(name), Cell::text(value)]);
        }
        let detail = Detail::new(format!("{} {}", definition.id, definition.name))
            .field("Would run on", environment.label())
            .field("Service", definition.service.clone())
            .field("Asks first", definition.confirmation().map(str::to_owned));
        let detail = match &definition.work {
            Work::Image(image) => detail.field("Image", image.as_str()),
            _ => detail.block("Command", self.ready.recorded()),
        };
        Some(detail.section("Values", arguments))
    }
}
