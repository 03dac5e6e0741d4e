namespace UserNvme;

/// <summary>What is known of a failed command's effect on the medium (rule 4: every command ends with one of these or with success).</summary>
public enum CommandFate
{
    /// <summary>The controller completed it with an error status, which says what happened.</summary>
    Completed,

    /// <summary>It was never handed to the controller: the medium is unchanged by it.</summary>
    NotSubmitted,

    /// <summary>It was handed to the controller and never answered: its data may or may not have reached the medium.</summary>
    Unknown,
}
