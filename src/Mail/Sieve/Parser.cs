using System.Collections.Immutable;

namespace DirMail.Mail.Sieve;

/// <summary>Reads the form of a script (RFC 5228 8.2) and knows no command. Depth is bounded; after the first fault the lexer only says that it is over, so every loop ends.</summary>
internal sealed class Parser
{
    private readonly Lexer _lexer;
    private Token _next;
    private int _level;

    private Parser(string text)
    {
        _lexer = new(text);
        _next = _lexer.Next();
    }

    /// <summary>The commands; with a fault they mean nothing.</summary>
    public static ImmutableArray<Node> Parse(string text, out SieveFault? fault)
    {
        var parser = new Parser(text);
        ImmutableArray<Node> commands = parser.Commands();
        if (parser._next.Kind != TokenKind.End)
            parser.Fail("a } that closes nothing");
        fault = parser._lexer.Fault;
        return commands;
    }

    private ImmutableArray<Node> Commands()
    {
        ImmutableArray<Node>.Builder commands = ImmutableArray.CreateBuilder<Node>();
        while (_next.Kind != TokenKind.End && !_next.Is('}'))
            commands.Add(Command());
        return commands.DrainToImmutable();
    }

    private Node Command()
    {
        Token name = Identifier("a command");
        (ImmutableArray<Argument> arguments, ImmutableArray<Node> tests) = Arguments();
        if (Accept(';'))
            return new(name.Text, name.Line, arguments, tests, null);
        if (!Accept('{'))
            Fail($"{_next} instead of a ; or {{ behind {SieveFault.Quote(name.Text)}");
        Enter();
        ImmutableArray<Node> block = Commands();
        _level--;
        Expect('}');
        return new(name.Text, name.Line, arguments, tests, block);
    }

    private (ImmutableArray<Argument> Arguments, ImmutableArray<Node> Tests) Arguments()
    {
        ImmutableArray<Argument>.Builder arguments = ImmutableArray.CreateBuilder<Argument>();
        while (Argument() is { } argument)
            arguments.Add(argument);
        return (arguments.DrainToImmutable(), _next.Kind == TokenKind.Identifier ? [Test()] : _next.Is('(') ? TestList() : []);
    }

    private Argument? Argument()
    {
        Token token = _next;
        switch (token.Kind)
        {
            case TokenKind.Tag:
                Step();
                return new(ArgumentKind.Tag, token.Text, 0, []);
            case TokenKind.Number:
                Step();
                return new(ArgumentKind.Number, "", token.Number, []);
            case TokenKind.String:
                Step();
                return new(ArgumentKind.String, "", 0, [token.Text]);
            default:
                return Accept('[') ? new(ArgumentKind.List, "", 0, Strings()) : null;
        }
    }

    private ImmutableArray<string> Strings()
    {
        ImmutableArray<string>.Builder strings = ImmutableArray.CreateBuilder<string>();
        do
        {
            if (_next.Kind != TokenKind.String)
                Fail($"{_next} in a list of strings");
            strings.Add(_next.Text);
            Step();
        }
        while (Accept(','));
        Expect(']');
        return strings.DrainToImmutable();
    }

    private Node Test()
    {
        Enter();
        Token name = Identifier("a test");
        (ImmutableArray<Argument> arguments, ImmutableArray<Node> tests) = Arguments();
        _level--;
        return new(name.Text, name.Line, arguments, tests, null);
    }

    private ImmutableArray<Node> TestList()
    {
        ImmutableArray<Node>.Builder tests = ImmutableArray.CreateBuilder<Node>();
        Step();
        do
            tests.Add(Test());
        while (Accept(','));
        Expect(')');
        return tests.DrainToImmutable();
    }

    private void Enter()
    {
        if (++_level > SieveLimits.MostLevels)
            Fail($"more than {SieveLimits.MostLevels} levels of blocks and tests");
    }

    private Token Identifier(string what)
    {
        Token name = _next;
        if (name.Kind != TokenKind.Identifier)
            Fail($"{name} instead of {what}");
        Step();
        return name;
    }

    private bool Accept(char mark)
    {
        bool isThere = _next.Is(mark);
        if (isThere)
            Step();
        return isThere;
    }

    private void Expect(char mark)
    {
        if (!Accept(mark))
            Fail($"{_next} instead of a {mark}");
    }

    private void Step() => _next = _lexer.Next();

    private void Fail(string reason) => _next = _lexer.Fail(reason);
}
